// Package kubernetesefficiencyexport is the export of Kubernetes efficiency: what clusters cost, and how much of that
// is idle.
package kubernetesefficiencyexport

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/dataexport"
	"terraform-provider-vantage/internal/vantage"
)

// Definition returns vantage_kubernetes_efficiency_export.
func Definition() dataexport.Definition {
	return dataexport.Definition{
		Name:       "kubernetes_efficiency_export",
		Noun:       "Kubernetes efficiency export",
		ExportType: "kubernetes_efficiency",
		Report:     "kubernetes_efficiency_report_token",
		WhenEmpty:  "Check that the report has data between the dates, and that the filter leaves some of it.",
		Arguments: argument.WithScope(map[string]schema.Attribute{
			"kubernetes_efficiency_report_token": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Token of the Kubernetes efficiency report. Default: the workspace's default report.",
				Validators:          argument.Tokens(),
			},
			"filter": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What is exported, in VQL, the query language of Vantage. Default: the report's own filter.",
				Validators:          argument.NotEmpty(),
			},
			"groupings": argument.Groupings("what the API does by itself", "label:",
				"cluster_id", "namespace", "region", "labeled", "category", "pod", "label"),
		}, vantage.KubernetesEfficiencyDateBins()),
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
		Groupings:   argument.Strings(a.Groupings),
	}
}

// SetFromImport implements dataexport.Arguments.
func (a *arguments) SetFromImport(attributes map[string]any) {
	argument.SetFromImport(&a.ReportToken, attributes["report_token"])
	a.Scope.SetFromImport(attributes)
}
