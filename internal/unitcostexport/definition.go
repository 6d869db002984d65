// Package unitcostexport defines vantage_unit_cost_export, an export of costs per unit of a business metric.
package unitcostexport

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/dataexport"
	"terraform-provider-vantage/internal/vantage"
)

// Definition returns the definition of vantage_unit_cost_export.
func Definition() dataexport.Definition {
	return dataexport.Definition{
		Name:       "unit_cost_export",
		Noun:       "unit cost export",
		ExportType: "unit_cost",
		Report:     "cost_report_token",
		WhenEmpty:  "Check that the cost report has business metrics and data in the date range.",
		Arguments: argument.WithScope(map[string]schema.Attribute{
			"cost_report_token": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Token of the cost report whose unit costs to export, such as `rprt_ea7dbb4f5783d677`.",
				Validators:          argument.Tokens(),
			},
		}, vantage.DateBins()),
		NewResource:   func() dataexport.Model[dataexport.ResourcePart] { return &resourceModel{} },
		NewDataSource: func() dataexport.Model[dataexport.DataSourcePart] { return &dataSourceModel{} },
		NewAction:     func() dataexport.Model[dataexport.ActionPart] { return &actionModel{} },
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
	argument.Scope
}

// Request implements dataexport.Arguments.
func (a *arguments) Request() vantage.ExportRequest {
	return vantage.UnitCostExportRequest{CostReportToken: a.CostReportToken.ValueString(), ExportScope: a.Requested()}
}

// SetFromImport implements dataexport.Arguments.
func (a *arguments) SetFromImport(attributes map[string]any) {
	argument.SetString(&a.CostReportToken, attributes["report_token"])
	a.Scope.SetFromImport(attributes)
}
