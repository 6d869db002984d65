package dataexport_test

import (
	"maps"
	"strings"
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
	api.Run(t, resource.TestStep{
		Config: api.Config(acctest.Testdata(t, "every_argument.tf")),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectUnknownValue(address, manifest.AtMapKey("files")),
			plancheck.ExpectSensitiveValue(address, manifest.AtMapKey("files")),
		}},
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
	})
	wantPosts(t, api.Server, 1)
	const want = `{"cost_report_token":"rprt_1","start_date":"2025-03-01","end_date":"2025-03-31T23:59:59Z",` +
		`"date_bin":"week"}`
	if got := api.Requests()[0].Body; got != want {
		t.Errorf("the request is %s", got)
	}
}

func TestPlan_replacesForEveryArgument(t *testing.T) {
	t.Parallel()
	scope := map[string]any{
		"start_date": "2025-01-01", "end_date": "2025-01-01", "date_bin": "month", "workspace_token": "wrkspc_1",
		"triggers": map[string]any{"a": "1"},
	}
	for typeName, arguments := range map[string]map[string]any{
		"vantage_unit_cost_export": {"cost_report_token": "rprt_2"},
		"vantage_cost_export": {
			"cost_report_token": "rprt_2", "filter": "b", "groupings": []any{"region"}, "schema": "focus",
			"settings": map[string]any{"amortize": true},
		},
		"vantage_kubernetes_efficiency_export": {
			"kubernetes_efficiency_report_token": "r", "filter": "b", "groupings": []any{"pod"},
		},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			inVirtualTimeOf(t, typeName, fakevantage.Options{}, func(
				t *testing.T, p *acctest.Protocol, _ *fakevantage.Server,
			) {
				config := minimal
				if typeName == "vantage_kubernetes_efficiency_export" {
					config = map[string]any{}
				}
				state := p.Create(t.Context(), config)
				maps.Copy(arguments, scope)
				for name, value := range arguments {
					changed := with(config, name, value)
					wantReplaced(t, p.Plan(state, changed), name)
					if config[name] == nil {
						wantReplaced(t, p.Plan(p.Create(t.Context(), changed), config), name) // it is removed
					}
				}
			})
		})
	}
}

// An edit of the timeouts shows no value as unknown.
func TestPlan_updateKeepsValues(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		longer := with(minimal, "timeouts", map[string]any{"create": "1h"})
		plan := p.Plan(state, longer)
		if plan.Replace || !plan.Value.IsFullyKnown() {
			t.Errorf("replaced because of %v, planned %v", plan.Replaces, plan.Value)
		}
		wantUnchanged(t, p, p.Apply(t.Context(), state, plan, longer), longer)
		acctest.WantRequests(t, fake, 1, 1)
	})
}

// While the provider configuration is unknown, nothing is requested, and every operation that needs the API fails.
func TestUnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	const cause = "known only after"
	inVirtualTime(t, fakevantage.Options{ReadyAfter: 10 * time.Minute}, func(
		t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
	) {
		pending, completed := p.Create(t.Context(), unwaited), p.Create(t.Context(), withoutURLs)
		wantCompleted(t, completed)
		requests := len(fake.Requests())

		unconfigured := acctest.NewProtocol(t, nil)
		for _, result := range []acctest.State{
			unconfigured.Create(t.Context(), minimal),
			unconfigured.ReadDataSource(t.Context(), minimal),
			unconfigured.Invoke(t.Context(), minimal).State,
		} {
			wantWords(t, result.Errors(), "Could not create unit cost export", cause)
		}
		wantWords(t, unconfigured.Import(t.Context(), "dta_xprt_1").Errors(), "Could not import unit cost export", cause)
		wantWarning(t, unconfigured.Read(t.Context(), pending), cause)
		wantNoDiagnostics(t, unconfigured.Read(t.Context(), completed))
		for _, state := range []acctest.State{pending, completed} {
			plan := unconfigured.Plan(state, minimal)
			wantNoDiagnostics(t, plan)
			wantWords(t, unconfigured.Apply(t.Context(), state, plan, minimal).Errors(), "Could not", cause)
		}
		if n := len(fake.Requests()) - requests; n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
	for kind, read := range reads {
		existing := acctest.NewProtocolOf(t, nil, "vantage_data_export")
		errors := read(existing, t.Context(), map[string]any{"token": "dta_xprt_1"}).Errors()
		if wantWords(t, errors, cause, "-target"); t.Failed() {
			t.Error(kind)
		}
	}
}

func TestValidate_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	timeouts := func(timeout string) map[string]any { return map[string]any{"create": timeout} }
	p := acctest.NewProtocol(t, nil)
	for message, config := range map[string]map[string]any{
		`it is a URL; set the last part of the URL`:                {"cost_report_token": "https://vantage.example/rprt_1"},
		`" rprt_1 " contains white space`:                          {"cost_report_token": " rprt_1 "},
		`Invalid cost_report_token: The value must be a token`:     {"cost_report_token": ""},
		`Invalid workspace_token: The value must be a token`:       {"workspace_token": ""},
		`it is not an ISO 8601 date`:                               {"start_date": "March"},
		`"2025-02-30" is not an ISO 8601 date`:                     {"end_date": "2025-02-30"},
		"must be `hour`, `day`":                                    {"date_bin": "year"},
		`start_date 2025-03-02 is after end_date 2025-03-01`:       {"start_date": "2025-03-02", "end_date": "2025-03-01"},
		`"soon" is not a duration`:                                 {"timeouts": timeouts("soon")},
		`a timeout must be above zero`:                             {"timeouts": timeouts("-5s")},
		`must be above zero`:                                       {"timeouts": timeouts("0s")},
		`"1d" is not a duration; write it like 24h or 1h30m (days`: {"timeouts": timeouts("1d")},
		`"1 hour" is not a duration; write it like 24h or 1h30m`:   {"renew_before_expiry": "1 hour"},
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

// A file's URL is an obvious value to try. It is sensitive, which an error of validation would ignore.
func TestValidate_neverQuotesAURL(t *testing.T) {
	t.Parallel()
	const url = "https://files.example/a.csv?X-Amz-Signature=abc"
	for typeName, arguments := range map[string]map[string]any{
		"vantage_unit_cost_export": {
			"cost_report_token": url, "workspace_token": url, "start_date": url, "end_date": url, "date_bin": url,
			"renew_before_expiry": url, "timeouts": map[string]any{"create": url},
		},
		"vantage_cost_export": {
			"schema": url, "groupings": []any{url}, "settings": map[string]any{"aggregate_by": url},
		},
		"vantage_data_export_download": {"token": url, "filename_prefix": url, "timeouts": map[string]any{"create": url}},
	} {
		p := acctest.NewProtocolOf(t, nil, typeName)
		for name, value := range arguments {
			config := map[string]any{"cost_report_token": "rprt_1"}
			if strings.HasSuffix(typeName, "download") {
				config = map[string]any{"token": "dta_xprt_1", "directory": "out"}
			}
			config[name] = value
			errs := p.Validate(config).Errors()
			if len(errs) != 1 || strings.Contains(errs[0], "files.example") {
				t.Errorf("%s of %s: %q", name, typeName, errs)
			}
		}
	}
}
