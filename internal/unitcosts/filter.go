package unitcosts

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/diagnostics"
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
		return fmt.Sprintf("%s (%q)", vantage.Shown(row.BusinessMetricToken), vantage.Shown(row.BusinessMetricTitle))
	}
	calculation := func(row vantage.UnitCost) string { return row.CalculationType }
	reported := func(row vantage.UnitCost) string { return cmp.Or(vantage.Shown(row.CalculationType), "null") }
	return []filter{
		{"business_metric_token", m.BusinessMetricToken, metric, titled},
		{"calculation_type", m.CalculationType, calculation, reported},
	}
}

// apply returns the rows that match, or all rows if the argument is not set. If no row matches, it also returns a
// warning that lists the values of the given rows, which among describes.
func (f filter) apply(rows []vantage.UnitCost, among string) ([]vantage.UnitCost, diag.Diagnostics) {
	if f.want.IsNull() {
		return rows, nil
	}
	var matching []vantage.UnitCost
	others := map[string]bool{}
	for _, row := range rows {
		if f.value(row) == f.want.ValueString() {
			matching = append(matching, row)
		} else {
			others[f.describe(row)] = true
		}
	}
	values := diagnostics.Values{"argument": f.argument, "value": strconv.Quote(f.want.ValueString()), "among": among}
	switch {
	case len(matching) > 0:
		return matching, nil
	case len(others) == 0:
		return nil, diag.Diagnostics{diagnostics.NoRows.WarningAt(path.Root(f.argument), values)}
	}
	values["others"] = enumerate(slices.Sorted(maps.Keys(others)))
	return nil, diag.Diagnostics{diagnostics.NoMatch.WarningAt(path.Root(f.argument), values)}
}

// enumerate lists up to ten values.
func enumerate(values []string) string {
	const most = 10
	listed := strings.Join(values[:min(most, len(values))], ", ")
	if len(values) > most {
		listed += fmt.Sprintf(" and %d more", len(values)-most)
	}
	return listed
}
