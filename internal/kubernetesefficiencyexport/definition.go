// Package kubernetesefficiencyexport defines vantage_kubernetes_efficiency_export, an export of the costs of Kubernetes
// clusters and their idle share.
package kubernetesefficiencyexport

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/dataexport"
	"terraform-provider-vantage/internal/vantage"
)

// Definition returns the definition of vantage_kubernetes_efficiency_export.
func Definition() dataexport.Definition {
	return dataexport.Definition{
		Name:       "kubernetes_efficiency_export",
		Noun:       "Kubernetes efficiency export",
		ExportType: "kubernetes",
		Report:     "kubernetes_efficiency_report_token",
		WhenEmpty:  "Check that the report has data in the date range and that the filter includes it.",
		Arguments: argument.WithScope(map[string]schema.Attribute{
			"kubernetes_efficiency_report_token": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Token of the Kubernetes efficiency report. Defaults to the default report of the workspace.",
				Validators:          argument.Tokens(),
			},
			"filter": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Costs to export, as a [VQL](https://docs.vantage.sh/vql) expression. " +
					"Defaults to the report's.",
				Validators: argument.NotEmpty(),
			},
			"groupings": argument.Groupings("Defaults to the API's choice.", "label:",
				"cluster_id", "namespace", "region", "labeled", "category", "pod", "label"),
		}, vantage.KubernetesEfficiencyDateBins()),
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
	ReportToken types.String `tfsdk:"kubernetes_efficiency_report_token"`
	Filter      types.String `tfsdk:"filter"`
	Groupings   types.List   `tfsdk:"groupings"`
	argument.Scope
}

// Request implements dataexport.Arguments.
func (a *arguments) Request() vantage.ExportRequest {
	return vantage.KubernetesEfficiencyExportRequest{
		ReportToken: a.ReportToken.ValueString(),
		Filter:      a.Filter.ValueString(),
		ExportScope: a.Requested(),
		Groupings:   argument.Joined(a.Groupings),
	}
}

// SetFromImport implements dataexport.Arguments.
func (a *arguments) SetFromImport(attributes map[string]any) {
	argument.SetString(&a.ReportToken, attributes["report_token"])
	argument.SetString(&a.Filter, attributes["vql"])
	argument.SetStrings(&a.Groupings, attributes["groupings"])
	a.Scope.SetFromImport(attributes)
}
