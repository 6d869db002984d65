package unitcosts

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/vantage"
)

const rowsDescription = "Rows, ascending by `date`, then by `business_metric_token`. Empty if no rows match.\n" +
	"  - `business_metric_token` (String) Token of the business metric that costs are divided by.\n" +
	"  - `business_metric_title` (String) Title of the business metric.\n" +
	"  - `calculation_type` (String) How the row was calculated, as reported by the API.\n" +
	"  - `unit_cost_amount` (Number) Cost of one unit.\n" +
	"  - `business_metric_amount` (Number) Number of units.\n" +
	"  - `scale` (Number) Scale of the metric's values in the report.\n" +
	"  - `date` (String) First day of the period, such as `2025-03-01`. With `date_bin = \"hour\"` it can be a time.\n\n" +
	"  Numbers have all reported digits. Numbers and `calculation_type` can be null."

// unitCostsAttribute returns a list of objects, because mock_provider cannot fill a list of nested attributes.
func unitCostsAttribute() schema.ListAttribute {
	return schema.ListAttribute{
		Computed:            true,
		ElementType:         types.ObjectType{AttrTypes: rowTypes},
		MarkdownDescription: rowsDescription,
	}
}

var rowTypes = map[string]attr.Type{
	"business_metric_token":  types.StringType,
	"business_metric_title":  types.StringType,
	"calculation_type":       types.StringType,
	"unit_cost_amount":       types.NumberType,
	"business_metric_amount": types.NumberType,
	"scale":                  types.NumberType,
	"date":                   types.StringType,
}

func unitCostsValue(rows []vantage.UnitCost) types.List {
	values := make([]attr.Value, len(rows))
	for i, row := range rows {
		calculation := types.StringNull()
		if row.CalculationType != "" {
			calculation = types.StringValue(row.CalculationType)
		}
		values[i] = types.ObjectValueMust(rowTypes, map[string]attr.Value{
			"business_metric_token":  types.StringValue(row.BusinessMetricToken),
			"business_metric_title":  types.StringValue(row.BusinessMetricTitle),
			"calculation_type":       calculation,
			"unit_cost_amount":       numberOrNull(row.UnitCostAmount),
			"business_metric_amount": numberOrNull(row.BusinessMetricAmount),
			"scale":                  numberOrNull(row.Scale),
			"date":                   types.StringValue(string(row.Date)),
		})
	}
	return types.ListValueMust(types.ObjectType{AttrTypes: rowTypes}, values)
}

// numberOrNull converts a number. It is null if it is empty or has too many digits.
func numberOrNull(n json.Number) types.Number {
	if number, ok := argument.ParseNumber(n); ok {
		return types.NumberValue(number)
	}
	return types.NumberNull()
}
