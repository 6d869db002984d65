package dataexport

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestCompareImport(t *testing.T) {
	t.Parallel()
	text := func(s string) attr.Value { return types.StringValue(s) }
	null := types.StringNull()
	for name, test := range map[string]struct {
		argument             string
		reported, configured attr.Value
		want                 string // replaces, adopted or nothing
	}{
		"a heredoc, in parentheses":  {"filter", text("a = 1"), text("(a = 1)\n"), ""},
		"reported in parentheses":    {"filter", text("((a) AND (b))"), text(" (a) AND (b) "), ""},
		"other parentheses":          {"filter", text("(a) OR (b)"), text("a) OR (b"), "replaces"},
		"a start as a time":          {"start_date", text("2025-03-01"), text("2025-03-01T00:00:00Z"), ""},
		"an end as a time":           {"end_date", text("2025-03-31"), text("2025-03-31T23:59:59Z"), ""},
		"a start reported as a time": {"start_date", text("2025-03-01T00:00:00Z"), text("2025-03-01"), ""},
		"an end reported as a time":  {"end_date", text("2025-03-31T00:00:00Z"), text("2025-03-31"), ""},
		"another start":              {"start_date", text("2025-03-01T23:59:59Z"), text("2025-03-01"), "replaces"},
		"another bin":                {"date_bin", text("day"), text("week"), "replaces"},
		"another form of a token":    {"cost_report_token", text("rprt_1"), text("RPRT_1"), "replaces"},
		"not reported":               {"date_bin", null, text("week"), "adopted"},
		"not configured":             {"date_bin", text("week"), null, ""},
		"unknown":                    {"date_bin", text("week"), types.StringUnknown(), "replaces"},
		"unknown and not reported":   {"date_bin", null, types.StringUnknown(), "adopted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := change{name: test.argument, before: test.reported, after: test.configured}
			replacing, adopted := compareImport([]change{c})
			got := ""
			switch {
			case len(replacing) == 1 && len(adopted) == 0 && replacing[0].name == test.argument:
				got = "replaces"
			case slices.Equal(adopted, []string{test.argument}) && len(replacing) == 0:
				got = "adopted"
			}
			if got != test.want {
				t.Errorf("replacing %v, adopted %v, want %q", replacing, adopted, test.want)
			}
		})
	}
}
