package dataexport_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func expect(actions ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: actions}
}

func action(a plancheck.ResourceActionType) plancheck.PlanCheck {
	return plancheck.ExpectResourceAction(address, a)
}

// asked is an export as somebody else has had it made.
var asked = map[string]any{
	"cost_report_token": "rprt_1",
	"start_date":        "2025-03-01T00:00:00Z",
	"end_date":          "2025-03-31T00:00:00Z",
	"date_bin":          "week",
}

const matching = `
resource "vantage_unit_cost_export" "this" {
  cost_report_token = "rprt_1"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  date_bin          = "week"
}
`

func TestImportWithTheMatchingConfigurationPlansNothing(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	api.Run(
		t,
		resource.TestStep{
			Config:             api.Config(matching),
			ResourceName:       address,
			ImportState:        true,
			ImportStateId:      token,
			ImportStatePersist: true,
		},
		resource.TestStep{
			Config:           api.Config(matching),
			ConfigPlanChecks: expect(plancheck.ExpectEmptyPlan()),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("cost_report_token"), knownvalue.StringExact("rprt_1")),
				inState(tfjsonpath.New("date_bin"), knownvalue.StringExact("week")),
				inState(tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				inState(manifest.AtMapKey("files"), fileLinks),
			},
		},
		// From then on it is like any other.
		resource.TestStep{
			Config:           api.Config(strings.Replace(matching, "date_bin ", "triggers = { a = 1 }\ndate_bin ", 1)),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionReplace)),
		},
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made, want the last step's alone", api.Posts())
	}
}

func TestImportTakesOverWhatTheAPIDoesNotTell(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	with := func(workspace string) string {
		return api.Config(strings.Replace(matching, "date_bin ", "workspace_token = \""+workspace+"\"\ntriggers = { a = "+
			"1 }\ndate_bin ", 1))
	}
	api.Run(
		t,
		resource.TestStep{
			Config:             with("wrkspc_1"),
			ResourceName:       address,
			ImportState:        true,
			ImportStateId:      token,
			ImportStatePersist: true,
		},
		resource.TestStep{Config: with("wrkspc_1"), ConfigPlanChecks: expect(action(plancheck.ResourceActionUpdate))},
		unchanged(with("wrkspc_1")),
		resource.TestStep{Config: with("wrkspc_2"), ConfigPlanChecks: expect(action(plancheck.ResourceActionReplace))},
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made, want the last step's alone", api.Posts())
	}
}

func TestImportOfAFailedExportSaysWhy(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	api.ChangeExport(token, func(e *fakevantage.Export) { e.Status, e.Messages = "failed", []string{"no such metric"} })
	api.Run(t, resource.TestStep{
		Config: api.Config(
			matching,
		),
		ResourceName:  address,
		ImportState:   true,
		ImportStateId: token,
		ExpectError:   regexp.MustCompile(`(?s)Could not import.*no such metric`),
	})
	api.WantRequests(t, 0, 1)
}

func TestImportBlock(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	block := fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, token)
	api.Run(
		t,
		resource.TestStep{
			Config:           api.Config(block + matching),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionNoop)),
		},
		unchanged(api.Config(matching)),
	)
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	acctest.SkipIfShort(t)
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{
				Config: api.Config(fmt.Sprintf("import {\n  to = %s\n  identity = { token = %q "+
					"}\n}\n", address, token) + matching),
				ConfigPlanChecks: expect(action(plancheck.ResourceActionNoop)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"token": knownvalue.StringExact(token)}),
				},
			},
			unchanged(api.Config(matching)),
		},
	})
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestImportOfAPendingExportResumesTheWait(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 3, RetryAfter: "1"})
	token := api.Add(asked, time.Now())
	api.Run(
		t,
		resource.TestStep{
			Config:             api.Config(matching),
			ResourceName:       address,
			ImportState:        true,
			ImportStateId:      token,
			ImportStatePersist: true,
		},
		resource.TestStep{
			Config:           api.Config(matching),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("token"), knownvalue.StringExact(token)),
				inState(manifest.AtMapKey("files"), fileLinks),
			},
		},
		unchanged(api.Config(matching)),
	)
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestImportOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	for id, message := range map[string]string{
		"dta_xprt_unknown": `Could not import unit cost export(?s).*404.*There is no such export`,
		"../../costs":      `letters, digits, underscores`,
	} {
		api.Run(t, resource.TestStep{
			Config: api.Config(
				matching,
			),
			ResourceName:  address,
			ImportState:   true,
			ImportStateId: id,
			ExpectError:   regexp.MustCompile(acctest.Loose(message)),
		})
	}
	api.WantRequests(t, 0, 1)
}

func TestUnwaitedExport(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	config := func(more string) string {
		return api.Config("resource \"vantage_unit_cost_export\" \"this\" {\n  cost_report_token = " +
			"\"rprt_1\"\n" + more + "\n}")
	}
	finish := func() {
		for token := range api.Exports() {
			api.Finish(token)
		}
	}
	unwaited := config("wait_for_completion = false")
	api.Run(t,
		resource.TestStep{
			Config: unwaited,
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("status"), knownvalue.StringExact("pending")),
				inState(manifest.AtMapKey("files"), knownvalue.Null()),
				inState(manifest.AtMapKey("completed_at"), knownvalue.Null()),
			},
			Check: func(*terraform.State) error { api.WantRequests(t, 1, 0); return nil },
		},
		unchanged(unwaited),
		resource.TestStep{
			Config:           config("wait_for_completion = false\ntimeouts { create = \"1h\" }"),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionUpdate)),
		},
		resource.TestStep{
			PreConfig: finish,
			Config:    config("wait_for_completion = false\ntimeouts { create = \"1h\" }"),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(
					tfjsonpath.New("status"),
					knownvalue.StringExact("completed"),
				),
				inState(manifest.AtMapKey("files"), fileLinks),
			},
		},
		unchanged(config("wait_for_completion = false\ntimeouts { create = \"1h\" }")),
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestTurningTheWaitOnResumesIt(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 5, RetryAfter: "1"})
	config := func(wait bool) string {
		return api.Config(fmt.Sprintf("resource \"vantage_unit_cost_export\" \"this\" {\n  cost_report_token = "+
			"\"rprt_1\"\n wait_for_completion = %v\n}", wait))
	}
	api.Run(t,
		resource.TestStep{Config: config(false)},
		resource.TestStep{
			Config:            config(true),
			ConfigPlanChecks:  expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: []statecheck.StateCheck{inState(manifest.AtMapKey("files"), fileLinks)},
		},
		unchanged(config(true)),
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestRenewal(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	config := api.Config(`
resource "vantage_unit_cost_export" "this" {
  cost_report_token   = "rprt_1"
  renew_before_expiry = "2h"
}`)
	age := func(left time.Duration) func() {
		return func() {
			for token := range api.Exports() {
				api.ChangeExport(token, func(e *fakevantage.Export) {
					e.CompletedAt = time.Now().Add(left - 24*time.Hour)
				})
			}
		}
	}
	api.Run(
		t,
		resource.TestStep{Config: config},
		unchanged(config),
		resource.TestStep{PreConfig: age(3 * time.Hour), Config: config},
		resource.TestStep{
			PreConfig: age(time.Hour), Config: config,
			ConfigPlanChecks: expect(
				action(plancheck.ResourceActionReplace),
				plancheck.ExpectUnknownValue(
					address,
					tfjsonpath.New("token"),
				),
				plancheck.ExpectSensitiveValue(address, manifest.AtMapKey("files")),
			),
			Check: func(*terraform.State) error {
				if api.Posts() != 2 {
					t.Errorf("%d exports were made, want the renewal to make exactly one", api.Posts())
				}
				return nil
			},
		},
		unchanged(config),
		resource.TestStep{
			Config:      strings.Replace(config, `"2h"`, `"24h"`, 1),
			ExpectError: regexp.MustCompile(acctest.Loose(`as long as an export is valid, here 24h0m0s`)),
		},
		resource.TestStep{
			Config:      strings.Replace(config, `"2h"`, `"-1s"`, 1),
			ExpectError: regexp.MustCompile(`negative`),
		},
		resource.TestStep{
			Config:           strings.Replace(config, `"2h"`, `"0s"`, 1),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionUpdate)),
		},
	)
	if api.Posts() != 2 {
		t.Errorf("%d exports were made, want 2", api.Posts())
	}
}

func TestEphemeralResourceMakesNothingAndStoresNothing(t *testing.T) {
	t.Parallel()
	acctest.SkipIfShort(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "1"})
	done := api.Add(asked, time.Now())
	expired := api.Add(asked, time.Now().Add(-48*time.Hour))
	api.ChangeExport(expired, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-25 * time.Hour) })
	config := func(token string) string {
		return api.Config(fmt.Sprintf(`
ephemeral "vantage_data_export" "this" {
  token = %q
  timeouts { open = "1m" }
}
provider "echo" { data = ephemeral.vantage_data_export.this }
resource "echo" "this" {}
`, token))
	}
	test := func(steps ...resource.TestStep) {
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProvidersWithEcho(),
			TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
			Steps:                    steps,
		})
	}
	data := tfjsonpath.New("data")
	test(resource.TestStep{
		Config: config(done),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("echo.this", data.AtMapKey("status"), knownvalue.StringExact("completed")),
			statecheck.ExpectKnownValue("echo.this", data.AtMapKey("id"), knownvalue.StringExact(done)),
			statecheck.ExpectKnownValue("echo.this", data.AtMapKey("manifest").AtMapKey("files"), fileLinks),
			statecheck.ExpectKnownValue(
				"echo.this",
				data.AtMapKey("attributes").AtMapKey("date_bin"),
				knownvalue.StringExact("week"),
			),
		},
	})
	for token, message := range map[string]string{
		expired:       `expired at \d{4}-`,
		"dta_xprt_no": `There is no such export`,
		"a/b":         `letters, digits, underscores`,
	} {
		test(resource.TestStep{Config: config(token), ExpectError: regexp.MustCompile(acctest.Loose(message))})
	}
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestDataSourceOfAnExpiredExportSaysWhen(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now().Add(-48*time.Hour))
	api.ChangeExport(token, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-25 * time.Hour) })
	api.Run(t, resource.TestStep{
		Config:      api.Config(fmt.Sprintf("data \"vantage_data_export\" \"this\" {\n  token = %q\n}", token)),
		ExpectError: regexp.MustCompile(acctest.Loose(`expired at \d{4}-`)),
	})
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}
