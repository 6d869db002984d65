package costexport_test

import (
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

var kind = acctest.Kind{TypeName: "vantage_cost_export", Path: "/v2/costs/data_exports"}

// report is a configuration with a report and further lines.
func report(lines ...string) string {
	return "cost_report_token = \"rprt_1\"\n" + strings.Join(lines, "\n")
}

func TestExport_lifecycle(t *testing.T) {
	t.Parallel()
	const all = `
cost_report_token = "rprt_1"
workspace_token   = "wrkspc_1"
start_date        = "2025-03-01"
end_date          = "2025-03-31"
date_bin          = "hour"
groupings         = ["provider", "tag:cost center"]
schema            = "focus"
settings {
  include_credits = true
  amortize        = false
  aggregate_by    = "usage"
}`
	for name, asked := range map[string]acctest.Asked{
		"all of it": {
			Arguments: all,
			Body: `{"cost_report_token":"rprt_1","workspace_token":"wrkspc_1","start_date":"2025-03-01",` +
				`"end_date":"2025-03-31","date_bin":"hour","groupings":"provider,tag:cost center","schema":"focus",` +
				`"settings":{"aggregate_by":"usage","amortize":false,"include_credits":true}}`,
		},
		"a filter alone": {
			Arguments: `filter = "costs.provider = 'aws'"`,
			Body:      `{"filter":"costs.provider = 'aws'"}`,
		},
		"settings without a value": {
			Arguments: report(`settings { include_tax = null }`),
			Body:      `{"cost_report_token":"rprt_1"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind.RunLife(t, asked)
		})
	}
}

func TestPlan_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	kind.WantRefused(t, map[string]acctest.Refused{
		"neither report nor filter": {``, `At least one attribute out of \[filter,cost_report_token\]`},
		"empty report":              {`cost_report_token = ""`, `string length must be at least 1`},
		"empty filter":              {report(`filter = ""`), `string length must be at least 1`},
		"no date bin":               {report(`date_bin = "year"`), `must be one of`},
		"dates exchanged":           {report(`start_date = "2025-03-02"`, `end_date = "2025-03-01"`), `is after end_date`},
		"no schema":                 {report(`schema = "csv"`), `must be one of`},
		"no grouping":               {report(`groupings = ["color"]`), `must be one of account_id`},
		"a comma":                   {report(`groupings = ["tag:a,b"]`), `a name without a comma`},
		"two in one":                {report(`groupings = ["provider,service"]`), `a name without a comma`},
		"the same twice":            {report(`groupings = ["region", "region"]`), `duplicate`},
		"an empty list":             {report(`groupings = []`), `at least 1 elements`},
		"an empty grouping":         {report(`groupings = [""]`), `must be one of account_id`},
		"a null grouping":           {report(`groupings = [null]`), `null value`},
		"no such setting":           {report(`settings { include_taxes = true }`), `include_taxes`},
		"a setting of another type": {report(`settings { include_tax = "often" }`), `a bool is required`},
		"no aggregate":              {report(`settings { aggregate_by = "hour" }`), `must be one of`},
	})
}
