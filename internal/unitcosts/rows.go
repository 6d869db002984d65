package unitcosts

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

func unitCostsAttribute() schema.ListNestedAttribute {
	text := func(about string) schema.StringAttribute {
		return schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: about,
		}
	}
	number := func(about string) schema.NumberAttribute {
		return schema.NumberAttribute{
			Computed:            true,
			MarkdownDescription: about,
		}
	}
	return schema.ListNestedAttribute{
		Computed: true,
		MarkdownDescription: "The rows, ascending by date: the last one is the latest. Those of one date are in the order " +
			"of the tokens of their metrics. Empty when there are no unit costs between the dates.",
		NestedObject: schema.NestedAttributeObject{
			Attributes: map[string]schema.Attribute{
				"business_metric_token": text("Token of the business metric that costs are divided by."),
				"business_metric_title": text("Title of the business metric."),
				"calculation_type": text("How the row was calculated, as the API words it: `unit_cost`, `gross_margin`, " +
					"`usage_unit_cost` or `raw_business_metric`. Null when the API does not say."),
				"unit_cost_amount":       number("Cost of one unit, with all its digits. Null when the API has none."),
				"business_metric_amount": number("Number of units, with all its digits. Null when the API has none."),
				"scale":                  number("Scale of the metric's values in this report. Null when the API has none."),
				"date": text("First day of the period, as `2025-03-01`. With `date_bin = \"hour\"` it is a time where the API " +
					"gives one."),
			},
		},
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

// numberOrNull converts a decimal number, which is null if it is empty.
func numberOrNull(d vantage.Decimal) types.Number {
	f, _, err := big.ParseFloat(string(d), 10, 512, big.ToNearestEven) // the precision of Terraform's own numbers
	if err != nil {
		return types.NumberNull()
	}
	return types.NumberValue(f)
}
