package main

import (
	"context"

	"terraform-provider-vantage/internal/vantage"
)

// kind is a kind of export, and what is assumed of it beside what is assumed of all.
type kind struct {
	name string
	// exportType and limit are what the answers are assumed to say; none where that is not known.
	exportType, limit []string
	create            func(context.Context, *vantage.Client) (*vantage.DataExport, error)
}

func kinds(env func(string) string) []kind {
	return []kind{
		{
			name:  "unit costs",
			limit: []string{"100", "5"},
			create: func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
				request := vantage.UnitCostExportRequest{CostReportToken: env("VANTAGE_COST_REPORT_TOKEN")}
				return c.CreateUnitCostExport(ctx, request)
			},
		},
	}
}
