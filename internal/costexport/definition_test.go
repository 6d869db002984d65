package costexport_test

import (
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

var kind = acctest.Kind{TypeName: "vantage_cost_export", Path: "/v2/costs/data_exports"}

func TestExport_lifecycle(t *testing.T) {
	t.Parallel()
	for name, asked := range map[string]acctest.Asked{
		"all of it": {
			Config: map[string]any{
				"cost_report_token": "rprt_1",
				"workspace_token":   "wrkspc_1",
				"start_date":        "2025-03-01",
				"end_date":          "2025-03-31",
				"date_bin":          "hour",
				"groupings":         []any{"provider", "tag:cost center"},
				"schema":            "focus",
				"settings":          map[string]any{"include_credits": true, "amortize": false, "aggregate_by": "usage"},
			},
			Body: `{"cost_report_token":"rprt_1","workspace_token":"wrkspc_1","start_date":"2025-03-01",` +
				`"end_date":"2025-03-31","date_bin":"hour","groupings":"provider,tag:cost center","schema":"focus",` +
				`"settings":{"aggregate_by":"usage","amortize":false,"include_credits":true}}`,
		},
		"a filter alone": {
			Config: map[string]any{"filter": "costs.provider = 'aws'"},
			Body:   `{"filter":"costs.provider = 'aws'"}`,
		},
		"settings without a value": {
			Config: map[string]any{"cost_report_token": "rprt_1", "settings": map[string]any{}},
			Body:   `{"cost_report_token":"rprt_1"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind.RunLife(t, asked)
		})
	}
}

func TestValidate_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	one := func(name string, value any) map[string]any {
		return map[string]any{"cost_report_token": "rprt_1", name: value}
	}
	list := func(groupings ...any) map[string]any { return one("groupings", groupings) }
	kind.WantInvalid(t, map[string]map[string]any{
		`At least one attribute out of [filter,cost_report_token]`: {},
		`Invalid cost_report_token: The value must be a token`:     one("cost_report_token", ""),
		`filter string length must be at least 1`:                  one("filter", ""),
		"Invalid date_bin: The value must be `hour`":               one("date_bin", "year"),
		"Invalid settings.aggregate_by: The value must be `cost`":  one("settings", map[string]any{"aggregate_by": "hour"}),
		`start_date 2025-03-02 is after end_date 2025-03-01`: {
			"cost_report_token": "rprt_1", "start_date": "2025-03-02", "end_date": "2025-03-01",
		},
		"`focus` or `comparison`: it is none of them":           {"schema": "vntg_tkn_1"},
		`a name without a comma: "color" is invalid`:            list("color"),
		`a name without a comma: "tag:a,b" is invalid`:          list("tag:a,b"),
		`a name without a comma: "provider,service" is invalid`: list("provider,service"),
		`duplicate`:           list("region", "region"),
		`at least 1 elements`: list(),
		`Invalid groupings[0]: The value must be one of account_id`: list(""),
		`null value`: list(nil),
	})
}
