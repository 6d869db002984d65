package argument_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
)

func TestCompare_texts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, reported, configured string
		want                       argument.Comparison
	}{
		{"cost_report_token", "rprt_1", "(rprt_1)", argument.Different},
		{"filter", " (costs.provider = 'aws')", "costs.provider = 'aws'", argument.Equivalent},
		{"filter", "(a) OR (b)", "a) OR (b", argument.Different},
		{"start_date", "2025-03-01T00:00:00Z", "2025-03-01", argument.Equivalent},
		{"start_date", "2025-03-01", "2025-03-01T00:00:00Z", argument.Equivalent},
		{"start_date", "2025-03-01T01:00:00Z", "2025-03-01", argument.Different},
		{"end_date", "2025-03-31T23:59:59Z", "2025-03-31", argument.Equivalent},
		{"end_date", "2025-03-31T00:00:00Z", "2025-03-31", argument.Equivalent}, // the API's form of a day
		{"end_date", "2025-03-31", "2025-03-31T00:00:00Z", argument.Different},
	} {
		got := argument.Compare(test.name, types.StringValue(test.reported), types.StringValue(test.configured))
		if got != test.want {
			t.Errorf("%s %q in the configuration, %q in the export: %v", test.name, test.configured, test.reported, got)
		}
	}
	// An argument that is unknown in the plan can get another value than the API reports.
	if got := argument.Compare("date_bin", types.StringValue("week"), types.StringUnknown()); got != argument.Different {
		t.Errorf("unknown in the configuration: %v", got)
	}
}
