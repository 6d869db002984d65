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

func TestResource_fromPlanToManifest(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{
		ReadyAfter: 1500 * time.Millisecond, RetryAfter: fakevantage.Exact, Files: 2, PendingBody: true,
	})
	config := api.Config(acctest.Testdata(t, "every_argument.tf"))
	api.Run(t,
		resource.TestStep{
			Config: config,
			ConfigPlanChecks: expect(
				action(plancheck.ResourceActionCreate),
				plancheck.ExpectUnknownValue(address, manifest.AtMapKey("files")),
				plancheck.ExpectSensitiveValue(address, manifest.AtMapKey("files")),
			),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("token"), token),
				statecheck.CompareValuePairs(address, tfjsonpath.New("id"), address, tfjsonpath.New("token"), same{}),
				inState(tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				inState(tfjsonpath.New("created_at"), knownvalue.NotNull()),
				inState(tfjsonpath.New("export_type"), knownvalue.StringExact("unit_costs")),
				inState(manifest.AtMapKey("files"), knownvalue.ListSizeExact(2)),
				inState(manifest.AtMapKey("files"), fileLinks),
				inState(manifest.AtMapKey("completed_at"), knownvalue.NotNull()),
				inState(manifest.AtMapKey("valid_until"), knownvalue.NotNull()),
				inState(tfjsonpath.New("attributes").AtMapKey("settings").AtMapKey("amortize"), knownvalue.Bool(true)),
				inState(tfjsonpath.New("attributes").AtMapKey("vql"), knownvalue.Null()),
				statecheck.ExpectSensitiveValue(address, manifest.AtMapKey("files")),
				statecheck.ExpectKnownOutputValue("completed_at", knownvalue.NotNull()),
				statecheck.ExpectKnownOutputValue("date_bin", knownvalue.StringExact("week")),
			},
			Check: func(*terraform.State) error { api.WantRequests(t, 1, 1); return nil },
		},
		unchanged(config),
	)
	wantPosts(t, api.Server, 1)
	const want = `{"cost_report_token":"rprt_1","start_date":"2025-03-01","end_date":"2025-03-31T23:59:59Z",` +
		`"date_bin":"week"}`
	if got := api.Requests()[0].Body; got != want {
		t.Errorf("the request is %s", got)
	}
}

func TestCreate_acceptsEveryFormOfThe202(t *testing.T) {
	t.Parallel()
	for name, created := range map[string]fakevantage.Created{
		"relative Location": fakevantage.RelativeLocation,
		"body only":         fakevantage.BodyOnly,
		"odd body":          fakevantage.LocationAndNestBody,
		"text":              fakevantage.LocationAndText,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{Created: created, RetryAfter: "0"})
			config := api.Config(export())
			api.Run(t,
				resource.TestStep{Config: config, ConfigStateChecks: []statecheck.StateCheck{
					inState(tfjsonpath.New("token"), token), inState(manifest.AtMapKey("files"), fileLinks),
				}},
				unchanged(config),
			)
		})
	}
}

func TestPlan_replacesForEveryArgumentButTimeouts(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	steps := []resource.TestStep{{Config: api.Config(export())}}
	for _, line := range []string{
		`triggers = { a = "1" }`,
		`triggers = { a = "2" }`,
		`start_date = "2025-01-01"`,
		`end_date = "2025-01-01"`,
		`date_bin = "month"`,
		`workspace_token = "wrkspc_1"`,
	} {
		steps = append(steps, applying(api.Config(export(line)), plancheck.ResourceActionReplace))
	}
	another := func(line string) string {
		return api.Config(block("resource", "vantage_unit_cost_export", `cost_report_token = "rprt_2"`, line))
	}
	steps = append(steps,
		applying(another(""), plancheck.ResourceActionReplace),
		resource.TestStep{
			Config: another(`timeouts { create = "1h" }`),
			ConfigPlanChecks: expect(
				action(plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				plancheck.ExpectKnownValue(address, manifest.AtMapKey("completed_at"), knownvalue.NotNull()),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("attributes").AtMapKey("report_token"),
					knownvalue.StringExact("rprt_2")),
			),
		},
	)
	api.Run(t, steps...)
	wantPosts(t, api.Server, 8)
}

func TestResource_isCreatedAgainIfLostEarly(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	config := api.Config(export())
	again := applying(config, plancheck.ResourceActionCreate)
	again.PreConfig = func() {
		for token := range api.Exports() {
			api.Forget(token)
		}
	}
	api.Run(t, resource.TestStep{Config: config}, again, unchanged(config))
	wantPosts(t, api.Server, 2)
}

func TestPlan_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	for name, test := range map[string]struct{ arguments, message string }{
		"no report": {``, `"cost_report_token" is required`},
		"a report's URL": {
			`cost_report_token = "https://console.vantage.sh/go/rprt_1"`,
			`Set the token, which is the last part of the URL.`,
		},
		"empty report":    {`cost_report_token = ""`, `string length must be at least 1`},
		"empty workspace": {report(`workspace_token = ""`), `string length must be at least 1`},
		"no start date":   {report(`start_date = "March"`), `not an ISO 8601 date`},
		"no end date":     {report(`end_date = "2025-02-30"`), `not an ISO 8601 date`},
		"no date bin":     {report(`date_bin = "year"`), `must be one of`},
		"dates exchanged": {
			report(`start_date = "2025-03-02"`, `end_date = "2025-03-01"`),
			`start_date 2025-03-02 is after end_date`,
		},
		"no timeout":       {report(`timeouts { create = "soon" }`), `"soon" is not a duration`},
		"negative timeout": {report(`timeouts { create = "-5s" }`), `A timeout must be above zero`},
		"timeout of zero":  {report(`timeouts { update = "0s" }`), `A timeout must be above zero`},
		"timeout in days": {
			report(`timeouts { create = "1d" }`),
			`"1d" is not a duration; days are not a unit, write 24h.`,
		},
		"margin in days": {
			report(`renew_before_expiry = "1.5d"`),
			`renew_before_expiry is invalid: "1.5d" is not a duration; days are not a unit, write 36h.`,
		},
		"margin in words":   {report(`renew_before_expiry = "1 hour"`), `"1 hour" is not a duration; write 1h.`},
		"margin of nothing": {report(`renew_before_expiry = ""`), `"" is not a duration; write numbers`},
		"margin of a day+":  {report(`renew_before_expiry = "24h1s"`), `not between 0s and 24h`},
		"negative margin":   {report(`renew_before_expiry = "-1s"`), `not between 0s and 24h`},
		"token with spaces": {`cost_report_token = " rprt_1 "`, `contains white space`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api.Run(t, resource.TestStep{
				Config:      api.Config(block("resource", "vantage_unit_cost_export", test.arguments)),
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(acctest.Loose(test.message)),
			})
		})
	}
	t.Cleanup(func() { api.WantRequests(t, 0, 0) })
}
