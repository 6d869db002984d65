package dataexport_test

import (
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

// While the provider configuration is unknown, nothing is requested, and every operation that needs the API fails.
func TestResource_withoutAClient(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{ReadyAfter: 10 * time.Minute}, func(
		t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
	) {
		pending, completed := p.Create(t.Context(), unwaited), p.Create(t.Context(), withoutURLs)
		wantCompleted(t, completed)
		requests := len(fake.Requests())

		unconfigured := acctest.NewProtocol(t, nil)
		const cause = "known only after"
		wantWords(t, unconfigured.Create(t.Context(), minimal).Errors(), "Could not create unit cost export", cause)
		for _, state := range []acctest.State{pending, completed} {
			wantWarning(t, unconfigured.Read(t.Context(), state), cause)
			plan := unconfigured.Plan(state, minimal)
			wantNoDiagnostics(t, plan)
			wantWords(t, unconfigured.Apply(t.Context(), state, plan, minimal).Errors(), "Could not", cause)
		}
		if n := len(fake.Requests()) - requests; n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

func TestValidate_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	timeouts := func(timeout string) map[string]any { return map[string]any{"create": timeout} }
	p := acctest.NewProtocol(t, nil)
	for message, config := range map[string]map[string]any{
		`it is a URL; set the last part of the URL`:                {"cost_report_token": "https://vantage.example/rprt_1"},
		`" rprt_1 " contains white space`:                          {"cost_report_token": " rprt_1 "},
		`cost_report_token string length must be at least 1`:       {"cost_report_token": ""},
		`workspace_token string length must be at least 1`:         {"workspace_token": ""},
		`"March" is not an ISO 8601 date`:                          {"start_date": "March"},
		`"2025-02-30" is not an ISO 8601 date`:                     {"end_date": "2025-02-30"},
		`value must be one of`:                                     {"date_bin": "year"},
		`start_date 2025-03-02 is after end_date 2025-03-01`:       {"start_date": "2025-03-02", "end_date": "2025-03-01"},
		`"soon" is not a duration`:                                 {"timeouts": timeouts("soon")},
		`a timeout must be above zero`:                             {"timeouts": timeouts("-5s")},
		`must be above zero`:                                       {"timeouts": timeouts("0s")},
		`"1d" is not a duration; days are not a unit, write 24h`:   {"timeouts": timeouts("1d")},
		`"1.5d" is not a duration; days are not a unit, write 36h`: {"renew_before_expiry": "1.5d"},
		`"1 hour" is not a duration; write 1h`:                     {"renew_before_expiry": "1 hour"},
		`"" is not a duration; write numbers`:                      {"renew_before_expiry": ""},
		`between 0s and 24h`:                                       {"renew_before_expiry": "24h1s"},
		`the margin must be between 0s and 24h`:                    {"renew_before_expiry": "-1s"},
	} {
		t.Run(message, func(t *testing.T) {
			t.Parallel()
			if config["cost_report_token"] == nil {
				config["cost_report_token"] = "rprt_1"
			}
			validated := p.Validate(config)
			wantWords(t, validated.Errors(), message)
			if validated.Diagnostics[0].Attribute == nil {
				t.Errorf("%q is at no argument", validated.Errors())
			}
		})
	}
	wantNoDiagnostics(t, p.Validate(renewed("24h")))
}
