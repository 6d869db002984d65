package dataexport_test

import (
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

func TestURLsAreStoredOnlyWhereTheyAreWanted(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	stored := api.Config(export(`store_file_urls = true`))
	without := api.Config(export(`store_file_urls = false`))
	renewed := api.Config(export(`store_file_urls = false`, `renew_before_expiry = "2h"`))
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
			Config: without,
			ConfigPlanChecks: expect(
				plancheck.ExpectUnknownValue(address, manifest.AtMapKey("completed_at")),
				plancheck.ExpectKnownValue(address, manifest.AtMapKey("files"), knownvalue.Null()),
			),
			ConfigStateChecks: withheld,
		},
		unchanged(without),
		resource.TestStep{ // a refresh, and one GET for the URLs
			PreConfig:         remember,
			Config:            stored,
			ConfigPlanChecks:  expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: []statecheck.StateCheck{inState(manifest.AtMapKey("files"), fileLinks)},
			Check:             count(2),
		},
		unchanged(stored),
		resource.TestStep{ // a refresh alone
			PreConfig:         remember,
			Config:            without,
			ConfigPlanChecks:  expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: withheld,
			Check:             count(1),
		},
		applying(renewed, plancheck.ResourceActionUpdate, withheld...),
		resource.TestStep{
			PreConfig: completedBefore(api, 23*time.Hour),
			Config:    renewed,
			ConfigPlanChecks: expect(
				action(plancheck.ResourceActionReplace),
				plancheck.ExpectKnownValue(address, manifest.AtMapKey("files"), knownvalue.Null()),
			),
			ConfigStateChecks: withheld,
		},
		unchanged(renewed),
	)
	wantPosts(t, api.Server, 2) // the first and its renewal
}
