package unitcostexport_test

import (
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

// The tests of dataexport use this export type as well.
func TestExport_lifecycle(t *testing.T) {
	t.Parallel()
	kind := acctest.Kind{TypeName: "vantage_unit_cost_export", Path: "/v2/unit_costs/data_exports"}
	kind.RunLife(t, acctest.Asked{
		Config: map[string]any{
			"cost_report_token": "rprt_1", "start_date": "2025-03-01", "end_date": "2025-03-31T23:59:59Z", "date_bin": "week",
		},
		Body: `{"cost_report_token":"rprt_1","start_date":"2025-03-01","end_date":"2025-03-31T23:59:59Z","date_bin":"week"}`,
	})
}
