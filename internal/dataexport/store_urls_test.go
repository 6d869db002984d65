package dataexport_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// withURLs returns a configuration that stores the URLs or does not.
func withURLs(api *acctest.API, stored, more string) string {
	return api.Config("resource \"vantage_unit_cost_export\" \"this\" {\n  cost_report_token = \"rprt_1\"\n" +
		"  store_file_urls = " + stored + "\n" + more + "}\n")
}

func TestURLsAreStoredOnlyWhereTheyAreWanted(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	withheld := []statecheck.StateCheck{
		inState(manifest.AtMapKey("files"), knownvalue.Null()),
		inState(manifest.AtMapKey("completed_at"), knownvalue.NotNull()),
		inState(manifest.AtMapKey("valid_until"), knownvalue.NotNull()),
	}
	requests := 0
	count := func(more int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if n := len(api.Requests()) - requests; n != more {
				t.Errorf("%d requests were made, want %d", n, more)
			}
			return nil
		}
	}
	remember := func() { requests = len(api.Requests()) }
	api.Run(t,
		resource.TestStep{
			Config: withURLs(api, "false", ""),
			ConfigPlanChecks: expect(
				plancheck.ExpectUnknownValue(address, manifest.AtMapKey("completed_at")),
				plancheck.ExpectKnownValue(address, manifest.AtMapKey("files"), knownvalue.Null()),
			),
			ConfigStateChecks: withheld,
		},
		unchanged(withURLs(api, "false", "")),
		resource.TestStep{ // a refresh, and one GET for the URLs
			PreConfig:         remember,
			Config:            withURLs(api, "true", ""),
			ConfigPlanChecks:  expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: []statecheck.StateCheck{inState(manifest.AtMapKey("files"), fileLinks)},
			Check:             count(2),
		},
		unchanged(withURLs(api, "true", "")),
		resource.TestStep{ // a refresh alone
			PreConfig:         remember,
			Config:            withURLs(api, "false", ""),
			ConfigPlanChecks:  expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: withheld,
			Check:             count(1),
		},
		resource.TestStep{
			Config:            withURLs(api, "false", "renew_before_expiry = \"2h\"\n"),
			ConfigPlanChecks:  expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: withheld,
		},
		resource.TestStep{
			PreConfig: func() {
				for token := range api.Exports() {
					api.ChangeExport(token, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-23 * time.Hour) })
				}
			},
			Config: withURLs(api, "false", "renew_before_expiry = \"2h\"\n"),
			ConfigPlanChecks: expect(
				action(plancheck.ResourceActionReplace),
				plancheck.ExpectKnownValue(address, manifest.AtMapKey("files"), knownvalue.Null()),
			),
			ConfigStateChecks: withheld,
		},
		unchanged(withURLs(api, "false", "renew_before_expiry = \"2h\"\n")),
	)
	if api.Posts() != 2 {
		t.Errorf("%d exports were made, want the first and its renewal", api.Posts())
	}
}

func TestAnImportWithoutURLs(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	config := api.Config(strings.Replace(matching, "date_bin ", "store_file_urls = false\ndate_bin ", 1))
	api.Run(t,
		resource.TestStep{
			Config: config, ResourceName: address, ImportState: true, ImportStatePersist: true,
			ImportStateId: token + ",store_file_urls=false",
			ImportStateCheck: func(states []*terraform.InstanceState) error {
				if n := states[0].Attributes["manifest.files.#"]; n != "" && n != "0" {
					t.Errorf("the import stored %s URLs", n)
				}
				return nil
			},
		},
		resource.TestStep{
			Config:            config,
			ConfigPlanChecks:  expect(plancheck.ExpectEmptyPlan()),
			ConfigStateChecks: []statecheck.StateCheck{inState(manifest.AtMapKey("files"), knownvalue.Null())},
		},
	)
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}
