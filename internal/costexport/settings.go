package costexport

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/vantage"
)

// settingsBlock has the settings that the API documents. None has a default here: what is not set is not sent.
func settingsBlock() schema.SingleNestedBlock {
	option := func(about string) schema.BoolAttribute {
		return schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: about,
		}
	}
	aggregates := []string{"cost", "usage", "count"}
	return schema.SingleNestedBlock{
		MarkdownDescription: "Which costs are counted, and how.",
		Attributes: map[string]schema.Attribute{
			"include_credits":      option("Whether credits are counted. Default: `false`."),
			"include_refunds":      option("Whether refunds are counted. Default: `false`."),
			"include_discounts":    option("Whether discounts are counted. Default: `true`."),
			"include_tax":          option("Whether taxes are counted. Default: `true`."),
			"amortize":             option("Whether prepaid costs are spread over the time that they pay for. Default: `true`."),
			"unallocated":          option("Whether unallocated costs are shown. Default: `false`."),
			"show_previous_period": option("Whether the previous period is shown for comparison. Default: `true`."),
			"aggregate_by": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What is added up: " + argument.AnyOf(aggregates) + ". Default: `cost`.",
				Validators:          argument.OneOf(aggregates),
			},
		},
	}
}

// requestedSettings returns the settings that are set, or nil when none is.
func requestedSettings(settings types.Object) *vantage.CostSettings {
	option := func(name string) *bool {
		value, _ := settings.Attributes()[name].(types.Bool)
		return value.ValueBoolPointer()
	}
	aggregateBy, _ := settings.Attributes()["aggregate_by"].(types.String)
	requested := vantage.CostSettings{
		IncludeCredits:     option("include_credits"),
		IncludeRefunds:     option("include_refunds"),
		IncludeDiscounts:   option("include_discounts"),
		IncludeTax:         option("include_tax"),
		Amortize:           option("amortize"),
		Unallocated:        option("unallocated"),
		AggregateBy:        aggregateBy.ValueString(),
		ShowPreviousPeriod: option("show_previous_period"),
	}
	if requested == (vantage.CostSettings{}) {
		return nil
	}
	return &requested
}
