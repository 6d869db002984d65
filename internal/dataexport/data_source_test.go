package dataexport_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestDataSource_waitsAndCreatesNothing(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 1, RetryAfter: "1", SignOnce: true})
	token := api.Add(map[string]any{"cost_report_token": "rprt_1", "date_bin": "day"}, time.Now())
	config := api.Config(byToken(token))
	api.Run(t,
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(dataAddress, tfjsonpath.New("id"), knownvalue.StringExact(token)),
				statecheck.ExpectKnownValue(dataAddress, tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				statecheck.ExpectKnownValue(dataAddress, manifest.AtMapKey("files"), fileLinks),
				statecheck.ExpectKnownValue(dataAddress, tfjsonpath.New("attributes").AtMapKey("date_bin"),
					knownvalue.StringExact("day")),
				statecheck.ExpectSensitiveValue(dataAddress, manifest.AtMapKey("files")),
			},
		},
		unchanged(config),
	)
	wantPosts(t, api.Server, 0)
}

func TestExportDataSource_createsAnExport(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	api.Run(t, resource.TestStep{
		Config: api.Config(acctest.Testdata(t, "data_source.tf")),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(madeAddress, manifest.AtMapKey("files"), fileLinks),
		},
		Check: func(*terraform.State) error {
			// Created in the plan. Reading it is not a change, so the apply creates no other.
			const want = `{"cost_report_token":"rprt_1","workspace_token":"wrkspc_1","start_date":"2025-03-01",` +
				`"end_date":"2025-03-31","date_bin":"quarter"}`
			if got := api.Requests()[0].Body; got != want {
				t.Errorf("the request is %s", got)
			}
			return nil
		},
	})
}

func TestExportDataSource_createsAnExportInEachPlan(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, `data "vantage_unit_cost_export" "this" { cost_report_token = "rprt_1" }`)
	for i, args := range [][]string{{"plan"}, {"apply", "-auto-approve"}, {"plan", "-refresh=false"}} {
		cli.MustRun(append(args, "-no-color")...)
		api.WantRequests(t, i+1, i+1)
	}
}

func TestDataSource_resumesAfterTimeout(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	token := api.Add(map[string]any{"cost_report_token": "rprt_1"}, time.Now())
	config := api.Config(byToken(token, `timeouts { read = "1s" }`))
	api.Run(t,
		resource.TestStep{
			Config:      config,
			ExpectError: regexp.MustCompile(acctest.Loose(`timed out after [01]s`) + `(?s).*` + token),
		},
		resource.TestStep{PreConfig: func() { api.Finish(token) }, Config: config},
	)
	wantPosts(t, api.Server, 0)
}

func TestDataSource_isReadInTheApplyIfItsTokenIsUnknown(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	config := api.Config(`
resource "vantage_unit_cost_export" "this" { cost_report_token = "rprt_1" }
data "vantage_data_export" "this" { token = vantage_unit_cost_export.this.token }
`)
	api.Run(t,
		resource.TestStep{
			Config:           config,
			ConfigPlanChecks: expect(plancheck.ExpectResourceAction(dataAddress, plancheck.ResourceActionRead)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.CompareValuePairs(address, tfjsonpath.New("token"), dataAddress, tfjsonpath.New("token"), same{}),
			},
		},
		unchanged(config),
	)
	wantPosts(t, api.Server, 1)
}

func TestDataSource_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	const (
		created  = "vantage_unit_cost_export"
		existing = "vantage_data_export"
	)
	for name, test := range map[string]struct{ source, arguments, message string }{
		"the token of no export": {existing, `token = "../../evil"`, `letters, digits, underscores and hyphens`},
		"a timeout of zero":      {created, report(`timeouts { read = "0s" }`), `a timeout must be above zero`},
		"dates in the wrong order": {
			created, report(`start_date = "2025-03-02T00:00:00Z"`, `end_date = "2025-03-01"`), `is after end_date`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api.Run(t, resource.TestStep{
				Config:      api.Config(block("data", test.source, test.arguments)),
				ExpectError: regexp.MustCompile(acctest.Loose(test.message)),
			})
		})
	}
	t.Cleanup(func() { api.WantRequests(t, 0, 0) })
}

func TestDataSource_ofAnExpiredExport(t *testing.T) {
	t.Parallel()
	expired := fakevantage.Answer(200, `{"status":"expired","attributes":{"date_bin":"week"}}`)
	for name, test := range map[string]struct {
		options fakevantage.Options
		says    string
	}{
		"by its valid_until": {says: "expired at"},
		"by its status":      {options: fakevantage.Options{Misbehave: get(expired)}, says: "as expired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, test.options)
			cli := acctest.NewCLI(t, api, byToken(addExpired(api))+`
output "date_bin" { value = data.vantage_data_export.this.attributes.date_bin }`)
			out := flat(cli.MustRun("apply", "-no-color", "-auto-approve"))
			wantSaid(t, out, "The data export has expired", test.says, `date_bin = "week"`)
			cli.MustRun("destroy", "-no-color", "-auto-approve")
			wantPosts(t, api.Server, 0)
		})
	}
}
