package main

import "terraform-provider-vantage/internal/vantage"

// kind is an export type with the assumptions that are specific to it.
type kind struct {
	name string
	// exportType and limit are assumed, as in a row.
	exportType, limit string
	request           vantage.ExportRequest
}

func kinds(env func(string) string) []kind {
	report := env("VANTAGE_COST_REPORT_TOKEN")
	return []kind{
		{
			name:    "unit costs",
			limit:   "100 or 5",
			request: vantage.UnitCostExportRequest{CostReportToken: report},
		},
		{
			name:       "costs",
			exportType: "cost_report",
			limit:      "100",
			request:    vantage.CostExportRequest{CostReportToken: report},
		},
		{
			name:    "Kubernetes efficiency",
			limit:   "100 or 5",
			request: vantage.KubernetesEfficiencyExportRequest{ReportToken: env("VANTAGE_KUBERNETES_REPORT_TOKEN")},
		},
	}
}
