package main

import "terraform-provider-vantage/internal/vantage"

// kind is a kind of export, and what is assumed of it beside what is assumed of all.
type kind struct {
	name string
	// exportType and limit are what the answers are assumed to say; none where that is not known.
	exportType, limit []string
	request           vantage.ExportRequest
}

func kinds(env func(string) string) []kind {
	report := env("VANTAGE_COST_REPORT_TOKEN")
	return []kind{
		{
			name:    "unit costs",
			limit:   []string{"100", "5"},
			request: vantage.UnitCostExportRequest{CostReportToken: report},
		},
		{
			name:       "costs",
			exportType: []string{"cost_report"},
			limit:      []string{"100"},
			request:    vantage.CostExportRequest{CostReportToken: report},
		},
		{
			name:    "Kubernetes efficiency",
			limit:   []string{"100", "5"},
			request: vantage.KubernetesEfficiencyExportRequest{ReportToken: env("VANTAGE_KUBERNETES_REPORT_TOKEN")},
		},
	}
}
