package costexport_test

import (
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

var kind = acctest.Kind{TypeName: "vantage_cost_export", Path: "/v2/costs/data_exports"}

func TestLife(t *testing.T) {
	t.Parallel()
	for name, asked := range map[string]acctest.Asked{
		"all of it": {
			Arguments: `
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
  }`,
			Body: `{"cost_report_token":"rprt_1","workspace_token":"wrkspc_1",` +
				`"start_date":"2025-03-01","end_date":"2025-03-31","date_bin":"hour","groupings":"provider,tag:cost center",` +
				`"schema":"focus",` +
				`"settings":{"include_credits":true,"amortize":false,"aggregate_by":"usage"}}`,
		},
		"a filter alone": {
			Arguments: `filter = "costs.provider = 'aws'"`,
			Body:      `{"filter":"costs.provider = 'aws'"}`,
		},
		"settings without a value": {
			Arguments: "cost_report_token = \"rprt_1\"\nsettings { include_tax = null }",
			Body:      `{"cost_report_token":"rprt_1"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind.RunLife(t, asked)
		})
	}
}

func TestArgumentsAreCheckedInThePlan(t *testing.T) {
	t.Parallel()
	report := func(more string) string { return "cost_report_token = \"r\"\n" + more }
	kind.WantRefused(t, map[string]acctest.Refused{
		"neither report nor filter": {``, `Nothing says which costs are exported`},
		"empty report":              {`cost_report_token = ""`, `string length must be at least 1`},
		"empty filter":              {report(`filter = ""`), `string length must be at least 1`},
		"no date bin":               {report(`date_bin = "year"`), `must be one of`},
		"dates exchanged":           {report("start_date = \"2025-03-02\"\nend_date = \"2025-03-01\""), `is after end_date`},
		"no schema":                 {report(`schema = "csv"`), `must be one of`},
		"no grouping":               {report(`groupings = ["colour"]`), `must be one of account_id`},
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

func TestEachArgumentMakesANewExport(t *testing.T) {
	t.Parallel()
	kind.WantReplaced(t,
		`filter = "a"`,
		`filter = "b"`,
		"filter = \"b\"\ngroupings = [\"region\"]",
		"filter = \"b\"\ngroupings = [\"service\"]",
		"filter = \"b\"\nschema = \"focus\"",
		"filter = \"b\"\nsettings { amortize = true }",
		"filter = \"b\"\nsettings { amortize = false }",
		`cost_report_token = "rprt_1"`,
	)
}
