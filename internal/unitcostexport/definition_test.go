package unitcostexport_test

import (
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

// The other tests of dataexport use this kind: here is what a kind is asked for in each package.
func TestLife(t *testing.T) {
	t.Parallel()
	kind := acctest.Kind{TypeName: "vantage_unit_cost_export", Path: "/v2/unit_costs/data_exports"}
	kind.RunLife(t, acctest.Asked{
		Arguments: `
cost_report_token = "rprt_1"
date_bin          = "week"`,
		Body: `{"cost_report_token":"rprt_1","date_bin":"week"}`,
	})
}
