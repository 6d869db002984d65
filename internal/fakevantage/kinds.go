package fakevantage

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// kind is an export type. Package contract checks its parameters.
type kind struct {
	exportType string // as reported by a GET
	report     string // the member of the body that names the report
	noun       string // the name of the report in messages
	// header and rows are those of a file: the columns of the vendor are not known.
	header string
	rows   []row
}

// row is a row of each day in a file: a format for the date and the amount, and the amount on the first day.
type row struct {
	format string
	amount float64
}

// kinds are the export types by the path of their POST.
var kinds = map[string]kind{
	unitCostExportsPath: {
		exportType: "unit_costs",
		report:     "cost_report_token",
		noun:       "CostReport",
		header: "business_metric_token,business_metric_title,calculation_type,unit_cost_amount,business_metric_amount," +
			"scale,date",
		rows: []row{
			{"bsnss_mtrc_3080a050c04104ff,Active customers,unit_cost,%.4[2]f,410,1.0,%[1]s", 12.98},
			{"bsnss_mtrc_4999b969d95095ef,Million requests,unit_cost,%.4[2]f,18.2,1.0,%[1]s", 292.4},
		},
	},
	"/v2/costs/data_exports": {
		exportType: "cost_report",
		report:     "cost_report_token",
		noun:       "CostReport",
		header:     "date,provider,service,account_id,cost",
		rows: []row{
			{"%s,aws,Amazon Elastic Compute Cloud,123456789012,%.2f", 3120},
			{"%s,aws,Amazon Simple Storage Service,123456789012,%.2f", 840},
		},
	},
	"/v2/kubernetes_efficiency_reports/data_exports": {
		exportType: "kubernetes_efficiency_report",
		report:     "kubernetes_efficiency_report_token",
		noun:       "KubernetesEfficiencyReport",
		header:     "date,cluster_id,namespace,cost,idle_cost",
		rows:       []row{{"%s,production,checkout,%.2f,42.00", 210}, {"%s,production,search,%.2f,11.00", 98}},
	},
}

const unitCostExportsPath = "/v2/unit_costs/data_exports"

// rejection returns the status and the message of the response to a rejected request, or zero if it is accepted.
func (k kind) rejection(o Options, asked map[string]any) (status int, message string) {
	workspace, _ := asked["workspace_token"].(string)
	report, _ := asked[k.report].(string)
	switch {
	case workspace == "" && len(o.Workspaces) > 1:
		return http.StatusBadRequest, "workspace_token is required"
	case workspace != "" && len(o.Workspaces) > 0 && !slices.Contains(o.Workspaces, workspace):
		return http.StatusBadRequest, "workspace_token is invalid"
	case report != "" && len(o.Reports) > 0 && !slices.Contains(o.Reports, report):
		return http.StatusNotFound, fmt.Sprintf("%s %s not found.", k.noun, report)
	}
	return 0, ""
}

// attributes returns the attributes of an export in the recorded format.
func (k kind) attributes(asked map[string]any) map[string]any {
	groupings := []string{}
	if s, ok := asked["groupings"].(string); ok {
		groupings = strings.Split(s, ",")
	}
	settings := asked["settings"]
	if settings == nil {
		settings = map[string]any{"include_tax": true, "amortize": true}
	}
	return map[string]any{
		"report_token": asked[k.report], "start_date": asked["start_date"], "end_date": asked["end_date"],
		"groupings": groupings, "vql": asked["filter"], "settings": settings, "date_bin": asked["date_bin"], "schema": 1,
	}
}
