package dataexport_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const (
	costExport       = "vantage_cost_export"
	kubernetesExport = "vantage_kubernetes_efficiency_export"
)

// The resource and the data source of each export type send the expected request, a plan after a refresh is empty, and
// an import with the same configuration creates nothing and updates the resource.
func TestExportTypes_life(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		typeName, path string
		config         map[string]any
		query, body    string
	}{
		"unit costs": {
			unitCostExport, "/v2/unit_costs/data_exports",
			map[string]any{
				"cost_report_token": "rprt_1", "start_date": "2025-03-01", "end_date": "2025-03-31T23:59:59Z", "date_bin": "week",
			},
			"",
			`{"cost_report_token":"rprt_1","start_date":"2025-03-01","end_date":"2025-03-31T23:59:59Z","date_bin":"week"}`,
		},
		"costs": {
			costExport, "/v2/costs/data_exports",
			map[string]any{
				"cost_report_token": "rprt_1",
				"workspace_token":   "wrkspc_1",
				"start_date":        "2025-03-01",
				"end_date":          "2025-03-31",
				"date_bin":          "hour",
				"groupings":         []any{"provider", "tag:cost center"},
				"schema":            "focus",
				"settings":          map[string]any{"include_credits": true, "amortize": false, "aggregate_by": "usage"},
			},
			"",
			`{"cost_report_token":"rprt_1","workspace_token":"wrkspc_1","start_date":"2025-03-01",` +
				`"end_date":"2025-03-31","date_bin":"hour","groupings":"provider,tag:cost center","schema":"focus",` +
				`"settings":{"aggregate_by":"usage","amortize":false,"include_credits":true}}`,
		},
		"costs by a filter": {
			costExport, "/v2/costs/data_exports", map[string]any{"filter": "costs.provider = 'aws'"},
			"", `{"filter":"costs.provider = 'aws'"}`,
		},
		"costs with settings without a value": {
			costExport, "/v2/costs/data_exports", with(minimal, "settings", map[string]any{}),
			"", `{"cost_report_token":"rprt_1"}`,
		},
		"Kubernetes efficiency": {
			kubernetesExport, "/v2/kubernetes_efficiency_reports/data_exports",
			map[string]any{
				"kubernetes_efficiency_report_token": "kbnts_eff_rprt_1",
				"filter":                             "kubernetes.cluster_id = 'prod'",
				"workspace_token":                    "wrkspc_1",
				"start_date":                         "2025-03-01",
				"end_date":                           "2025-03-31",
				"date_bin":                           "month",
				"groupings":                          []any{"namespace", "label:app"},
			},
			"groupings=namespace%2Clabel%3Aapp",
			`{"kubernetes_efficiency_report_token":"kbnts_eff_rprt_1","filter":"kubernetes.cluster_id = 'prod'",` +
				`"workspace_token":"wrkspc_1","start_date":"2025-03-01","end_date":"2025-03-31","date_bin":"month"}`,
		},
		"Kubernetes efficiency of the default report": {
			kubernetesExport, "/v2/kubernetes_efficiency_reports/data_exports", map[string]any{}, "", `{}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTimeOf(t, test.typeName, fakevantage.Options{}, func(
				t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
			) {
				created := p.Create(t.Context(), test.config)
				wantCompleted(t, created)
				refreshed := p.Read(t.Context(), created)
				wantUnchanged(t, p, refreshed, test.config)
				read := p.ReadDataSource(t.Context(), test.config)
				wantCompleted(t, read)
				acctest.WantRequests(t, fake, 2, 2)
				for _, r := range fake.Requests() {
					if r.Method == http.MethodPost && (r.Path != test.path || r.Query != test.query || r.Body != test.body) {
						t.Errorf("request %s?%s %s\nwant %s?%s %s", r.Path, r.Query, r.Body, test.path, test.query, test.body)
					}
				}
				imported := p.Import(t.Context(), created.Text("token"))
				planned := p.Plan(imported, test.config)
				if planned.Replace {
					t.Errorf("the plan after the import replaces the export because of %v", planned.Replaces)
				}
				for name := range test.config {
					reported := name != "workspace_token" && name != "schema"
					if adopted := strings.Contains(strings.Join(planned.Warnings(), ""), name); adopted == reported {
						t.Errorf("%s is adopted: %v, although the API reports it: %v", name, adopted, reported)
					}
				}
				applied := p.Apply(t.Context(), imported, planned, test.config)
				wantCompleted(t, applied)
				if !strings.Contains(applied.Value.String(), "/files/") {
					t.Errorf("the state has no URLs: %v", applied.Value)
				}
				wantUnchanged(t, p, applied, test.config)
				acctest.WantRequests(t, fake, 2, 4)
			})
		})
	}
}

// Texts of dates, tokens and lists of values are those of other tests: these show which arguments are validated.
func TestValidate_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	timeout := func(value string) map[string]any { return map[string]any{"create": value} }
	reversed := map[string]any{"start_date": "2025-03-02", "end_date": "2025-03-01"}
	for typeName, test := range map[string]struct {
		valid   map[string]any
		invalid map[string]map[string]any // arguments to change, by a part of the error
	}{
		unitCostExport: {minimal, map[string]map[string]any{
			`" rprt_1 " contains white space`:                          {"cost_report_token": " rprt_1 "},
			`Invalid workspace_token: The value must be a token`:       {"workspace_token": ""},
			`"2025-02-30" is not an ISO 8601 date`:                     {"end_date": "2025-02-30"},
			`a timeout must be above zero`:                             {"timeouts": timeout("0s")},
			`"1d" is not a duration; write it like 24h or 1h30m (days`: {"timeouts": timeout("1d")},
			`"1 hour" is not a duration; write it like 24h or 1h30m`:   {"renew_before_expiry": "1 hour"},
			`between 0s and 24h`:                                       {"renew_before_expiry": "24h1s"},
			`the margin must be between 0s and 24h`:                    {"renew_before_expiry": "-1s"},
			"":                                                         {"renew_before_expiry": "24h"},
		}},
		costExport: {minimal, map[string]map[string]any{
			`At least one attribute out of [filter,cost_report_token]`: {"cost_report_token": nil},
			`Invalid cost_report_token: The value must be a token`:     {"cost_report_token": ""},
			`filter string length must be at least 1`:                  {"filter": ""},
			"Invalid date_bin: The value must be `hour`":               {"date_bin": "year"},
			"Invalid settings.aggregate_by: The value must be `cost`":  {"settings": map[string]any{"aggregate_by": "hour"}},
			`start_date 2025-03-02 is after end_date 2025-03-01`:       reversed,
			"`focus` or `comparison`: it is none of them":              {"schema": "vntg_tkn_1"},
			`a name without a comma: "color" is invalid`:               {"groupings": []any{"color"}},
			`a name without a comma: "tag:a,b" is invalid`:             {"groupings": []any{"tag:a,b"}},
			`a name without a comma: "provider,service" is invalid`:    {"groupings": []any{"provider,service"}},
			`duplicate`:           {"groupings": []any{"region", "region"}},
			`at least 1 elements`: {"groupings": []any{}},
			`Invalid groupings[0]: The value must be one of account_id`: {"groupings": []any{""}},
			`null value`: {"groupings": []any{nil}},
		}},
		kubernetesExport: {map[string]any{}, map[string]map[string]any{
			`token: it is empty`:                        {"kubernetes_efficiency_report_token": ""},
			"Invalid date_bin: The value must be `day`": {"date_bin": "hour"},
			`is after end_date`:                         reversed,
			`must be one of cluster_id`:                 {"groupings": []any{"provider"}},
			`a name without a comma`:                    {"groupings": []any{"label:a,b"}},
			`duplicate`:                                 {"groupings": []any{"pod", "pod"}},
		}},
	} {
		p := acctest.NewProtocolOf(t, nil, typeName)
		for message, changes := range test.invalid {
			t.Run(typeName+": "+message, func(t *testing.T) {
				t.Parallel()
				config := maps.Clone(test.valid)
				maps.Copy(config, changes)
				errors := p.Validate(config).Errors()
				said := strings.Join(strings.Fields(strings.Join(errors, " ")), " ")
				if !strings.Contains(said, message) || (message == "") != (len(errors) == 0) {
					t.Errorf("the errors of %v are %q, want one that contains %q",
						slices.Sorted(maps.Keys(changes)), said, message)
				}
			})
		}
	}
}
