// Package costexport defines vantage_cost_export, an export of costs with the columns of Vantage or of FOCUS.
package costexport

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/dataexport"
	"terraform-provider-vantage/internal/vantage"
)

// Definition returns the definition of vantage_cost_export.
func Definition() dataexport.Definition {
	return dataexport.Definition{
		Name:          "cost_export",
		Noun:          "cost export",
		ExportType:    "cost",
		Report:        "cost_report_token",
		WhenEmpty:     "Check that there are costs in the date range and that the report or the filter includes them.",
		Arguments:     argument.WithScope(argumentAttributes(), vantage.DateBins()),
		Blocks:        map[string]schema.SingleNestedBlock{"settings": settingsBlock()},
		NewResource:   func() dataexport.Model[dataexport.ResourcePart] { return &resourceModel{} },
		NewDataSource: func() dataexport.Model[dataexport.DataSourcePart] { return &dataSourceModel{} },
		NewAction:     func() dataexport.Model[dataexport.ActionPart] { return &actionModel{} },
	}
}

func argumentAttributes() map[string]schema.Attribute {
	reportOrFilter := stringvalidator.AtLeastOneOf(path.MatchRoot("filter"))
	return map[string]schema.Attribute{
		"cost_report_token": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Token of the cost report to export, such as `rprt_ea7dbb4f5783d677`. " +
				"Required unless `filter` is set.",
			Validators: append(argument.Tokens(), reportOrFilter),
		},
		"filter": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Costs to export, as a [VQL](https://docs.vantage.sh/vql) expression. " +
				"Required unless `cost_report_token` is set. Defaults to the report's.",
			Validators: argument.NotEmpty(),
		},
		"groupings": argument.Groupings(
			"Defaults to the report's, or to `provider`, `service`, `account_id` without a report.", "tag:",
			"account_id", "billing_account_id", "charge_type", "cost_category", "cost_subcategory", "provider", "region",
			"resource_id", "service", "tagged", "usage_unit"),
		"schema": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Columns of the files: `vntg` (Vantage), `focus` (FinOps Open Cost and Usage Specification) " +
				"or `comparison`. Defaults to `vntg`.",
			Validators: argument.OneOf([]string{"vntg", "focus", "comparison"}),
		},
	}
}

// settingsBlock has the settings that the API documents. Only settings that are set are sent.
func settingsBlock() schema.SingleNestedBlock {
	option := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
	}
	aggregates := []string{"cost", "usage", "count"}
	return schema.SingleNestedBlock{
		MarkdownDescription: "Settings of the costs to export.",
		Attributes: map[string]schema.Attribute{
			"include_credits":      option("Whether to include credits. Defaults to `false`."),
			"include_refunds":      option("Whether to include refunds. Defaults to `false`."),
			"include_discounts":    option("Whether to include discounts. Defaults to `true`."),
			"include_tax":          option("Whether to include taxes. Defaults to `true`."),
			"amortize":             option("Whether to amortize prepaid costs over their term. Defaults to `true`."),
			"unallocated":          option("Whether to show unallocated costs. Defaults to `false`."),
			"show_previous_period": option("Whether to show the previous period for comparison. Defaults to `true`."),
			"aggregate_by": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Quantity to aggregate: " + argument.AnyOf(aggregates) + ". Defaults to `cost`.",
				Validators:          argument.OneOf(aggregates),
			},
		},
	}
}

type (
	resourceModel struct {
		arguments
		dataexport.ResourcePart
	}
	dataSourceModel struct {
		arguments
		dataexport.DataSourcePart
	}
	actionModel struct {
		arguments
		dataexport.ActionPart
	}
)

type arguments struct {
	CostReportToken types.String `tfsdk:"cost_report_token"`
	Filter          types.String `tfsdk:"filter"`
	Groupings       types.List   `tfsdk:"groupings"`
	Schema          types.String `tfsdk:"schema"`
	Settings        types.Object `tfsdk:"settings"` // an object, because some of its values can be unknown
	argument.Scope
}

// Request implements dataexport.Arguments.
func (a *arguments) Request() vantage.ExportRequest {
	return vantage.CostExportRequest{
		CostReportToken: a.CostReportToken.ValueString(),
		Filter:          a.Filter.ValueString(),
		ExportScope:     a.Requested(),
		Groupings:       argument.Joined(a.Groupings),
		Schema:          a.Schema.ValueString(),
		Settings:        requestedSettings(a.Settings),
	}
}

// SetFromImport implements dataexport.Arguments. The schema that the API reports is a number of unknown meaning.
func (a *arguments) SetFromImport(attributes map[string]any) {
	argument.SetString(&a.CostReportToken, attributes["report_token"])
	argument.SetString(&a.Filter, attributes["vql"])
	argument.SetStrings(&a.Groupings, attributes["groupings"])
	argument.SetObject(&a.Settings, settingsBlock().Type(), attributes["settings"])
	a.Scope.SetFromImport(attributes)
}

// requestedSettings returns the settings that are set.
func requestedSettings(settings types.Object) map[string]any {
	requested := map[string]any{}
	for name, value := range settings.Attributes() {
		if option, ok := value.(types.Bool); ok && !option.IsNull() {
			requested[name] = option.ValueBool()
		}
		if text, ok := value.(types.String); ok && !text.IsNull() {
			requested[name] = text.ValueString()
		}
	}
	return requested
}
