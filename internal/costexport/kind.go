// Package costexport is the export of costs, FOCUS files among them.
package costexport

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/dataexport"
	"terraform-provider-vantage/internal/vantage"
)

// Definition returns vantage_cost_export.
func Definition() dataexport.Definition {
	return dataexport.Definition{
		Name:       "cost_export",
		Noun:       "cost export",
		ExportType: "cost",
		Report:     "cost_report_token",
		WhenEmpty:  "Check that there are costs between the dates, and that the report or the filter leaves some of them.",
		Arguments: argument.WithScope(map[string]schema.Attribute{
			"cost_report_token": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Token of the cost report whose costs are exported, such as `rprt_ea7dbb4f5783d677`. At " +
					"least " +
					"one of `cost_report_token` and `filter` is given.",
				Validators: argument.Tokens(),
			},
			"filter": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Which costs are exported, in VQL, the query language of Vantage, such as " +
					"`costs.provider = 'aws'`. At least one of `cost_report_token` and `filter` is given.",
				Validators: argument.NotEmpty(),
			},
			"groupings": argument.Groupings("`provider`, `service` and `account_id`", "tag:",
				"account_id", "billing_account_id", "charge_type", "cost_category", "cost_subcategory", "provider", "region",
				"resource_id", "service", "tagged", "usage_unit"),
			"schema": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Columns of the files: `vntg` for those of Vantage, `focus` for the FinOps Open Cost and " +
					"Usage " +
					"Specification, or `comparison`. Default: `vntg`.",
				Validators: argument.OneOf([]string{"vntg", "focus", "comparison"}),
			},
		}, vantage.DateBins()),
		Blocks:        map[string]schema.SingleNestedBlock{"settings": settingsBlock()},
		NewResource:   func() dataexport.ResourceModel { return &resourceModel{} },
		NewDataSource: func() dataexport.DataSourceModel { return &dataSourceModel{} },
		NewAction:     func() dataexport.ActionModel { return &actionModel{} },
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
	Settings        types.Object `tfsdk:"settings"` // parts of it may be unknown
	argument.Scope
}

// Request implements dataexport.Arguments.
func (a *arguments) Request() vantage.ExportRequest {
	return vantage.CostExportRequest{
		CostReportToken: a.CostReportToken.ValueString(),
		Filter:          a.Filter.ValueString(),
		ExportScope:     a.Requested(),
		Groupings:       argument.Strings(a.Groupings),
		Schema:          a.Schema.ValueString(),
		Settings:        requestedSettings(a.Settings),
	}
}

// Validate implements dataexport.Arguments.
func (a *arguments) Validate() diag.Diagnostics {
	diags := a.Scope.Validate()
	if a.CostReportToken.IsNull() && a.Filter.IsNull() {
		diags.AddAttributeError(path.Root("cost_report_token"), "Nothing says which costs are exported",
			"Give cost_report_token, for the costs of a report, or filter, for those that a VQL query selects.")
	}
	return diags
}

// SetFromImport implements dataexport.Arguments.
func (a *arguments) SetFromImport(attributes map[string]any) {
	argument.SetFromImport(&a.CostReportToken, attributes["report_token"])
	if a.CostReportToken.IsNull() {
		argument.SetFromImport(&a.Filter, attributes["vql"]) // with a report it is that report's
	}
	a.Scope.SetFromImport(attributes)
}
