package main

import "terraform-provider-vantage/internal/vantage"

// kind is an export type with the assumptions that are specific to it.
type kind struct {
	name string
	// exportType and limit are the values that responses are assumed to report; none if unknown.
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
