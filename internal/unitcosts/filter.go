package unitcosts

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

// filter selects rows by the value of an argument that the API does not have.
type filter struct {
	argument string
	want     types.String
	value    func(vantage.UnitCost) string
	describe func(vantage.UnitCost) string // the value as listed in a warning
}

func (m model) filters() []filter {
	metric := func(row vantage.UnitCost) string { return row.BusinessMetricToken }
	titled := func(row vantage.UnitCost) string {
		return fmt.Sprintf("%s (%q)", row.BusinessMetricToken, row.BusinessMetricTitle)
	}
	calculation := func(row vantage.UnitCost) string { return row.CalculationType }
	reported := func(row vantage.UnitCost) string { return cmp.Or(row.CalculationType, "null") }
	return []filter{
		{"business_metric_token", m.BusinessMetricToken, metric, titled},
		{"calculation_type", m.CalculationType, calculation, reported},
	}
}

// filter returns the rows that match all arguments that are set. If no row matches, it also returns a warning that lists
// the values that have rows.
func (m model) filter(rows []vantage.UnitCost) ([]vantage.UnitCost, diag.Diagnostics) {
	var conditions []string
	for _, f := range m.filters() {
		if f.want.IsNull() {
			continue
		}
		conditions = append(conditions, fmt.Sprintf("%s = %q", f.argument, f.want.ValueString()))
		matching, others := f.apply(rows)
		if len(matching) == 0 {
			detail := explain(strings.Join(conditions, " and "), others)
			return nil, diag.Diagnostics{
				diag.NewAttributeWarningDiagnostic(path.Root(f.argument), "No unit costs match "+f.argument, detail),
			}
		}
		rows = matching
	}
	return rows, nil
}

// apply returns the rows that match, and the values of the other rows in order.
func (f filter) apply(rows []vantage.UnitCost) (matching []vantage.UnitCost, others []string) {
	values := map[string]bool{}
	for _, row := range rows {
		if f.value(row) == f.want.ValueString() {
			matching = append(matching, row)
		} else {
			values[f.describe(row)] = true
		}
	}
	return matching, slices.Sorted(maps.Keys(values))
}

func explain(condition string, others []string) string {
	text := fmt.Sprintf("The report has no rows with %s in the date range, so unit_costs is empty.", condition)
	if len(others) == 0 {
		return text + " The date range has no rows at all. Check cost_report_token, start_date and end_date."
	}
	const most = 10
	listed := strings.Join(others[:min(most, len(others))], ", ")
	if len(others) > most {
		listed += fmt.Sprintf(" and %d more", len(others)-most)
	}
	return fmt.Sprintf("%s Set one of these values, or another date range:\n\n%s", text, listed)
}
