package vantage

import (
	"net/url"
	"strings"
)

// ExportRequest is the request for an export of one export type: UnitCostExportRequest, CostExportRequest or
// KubernetesEfficiencyExportRequest.
type ExportRequest interface {
	// post returns the POST that creates the export. The workspace is the client's, for a request without a workspace.
	post(workspace string) post
}

// post is a POST that creates an export.
type post struct {
	path  string
	query url.Values
	body  any // encoded as JSON
}

// ExportScope has the fields of all requests for exports. Empty fields are not sent.
type ExportScope struct {
	// WorkspaceToken is required if the API token can access several workspaces. Defaults to the client's.
	WorkspaceToken string `json:"workspace_token,omitempty"`
	// StartDate and EndDate are inclusive, in ISO 8601 format. Default to the report's.
	StartDate string `json:"start_date,omitempty"`
	EndDate   string `json:"end_date,omitempty"`
	// DateBin is one of DateBins or KubernetesEfficiencyDateBins. Defaults to the report's, or day.
	DateBin string `json:"date_bin,omitempty"`
}

func (s ExportScope) in(workspace string) ExportScope {
	if s.WorkspaceToken == "" {
		s.WorkspaceToken = workspace
	}
	return s
}

// DateBins returns the values of ExportScope.DateBin for unit costs and costs.
func DateBins() []string { return append([]string{"hour"}, KubernetesEfficiencyDateBins()...) }

// KubernetesEfficiencyDateBins returns the values of ExportScope.DateBin for Kubernetes efficiency.
func KubernetesEfficiencyDateBins() []string { return []string{"day", "week", "month", "quarter"} }

// UnitCostExportRequest is the request POST /v2/unit_costs/data_exports for an export of unit costs.
type UnitCostExportRequest struct {
	// CostReportToken is the token of the report. Required.
	CostReportToken string `json:"cost_report_token"`
	ExportScope
}

func (r UnitCostExportRequest) post(workspace string) post {
	r.ExportScope = r.in(workspace)
	return post{path: "v2/unit_costs/data_exports", body: r}
}

// CostExportRequest is the request POST /v2/costs/data_exports for an export of costs. CostReportToken or Filter is
// required. Empty fields are not sent.
type CostExportRequest struct {
	// CostReportToken is the token of the report.
	CostReportToken string `json:"cost_report_token,omitempty"`
	// Filter is written in VQL, the API's query language.
	Filter string `json:"filter,omitempty"`
	ExportScope
	// Groupings are sent as one comma-separated string, as recorded, although the API's description declares a list.
	// Default to the report's, or to provider, service and account_id without a report.
	Groupings CommaSeparated `json:"groupings,omitempty"`
	// Schema is vntg, focus or comparison. Defaults to vntg.
	Schema string `json:"schema,omitempty"`
	// Settings select which costs are included, by the API's names. The API has a default for each.
	Settings map[string]any `json:"settings,omitempty"`
}

func (r CostExportRequest) post(workspace string) post {
	r.ExportScope = r.in(workspace)
	return post{path: "v2/costs/data_exports", body: r}
}

// KubernetesEfficiencyExportRequest is the request POST /v2/kubernetes_efficiency_reports/data_exports for an export of
// Kubernetes efficiency. Empty fields are not sent.
type KubernetesEfficiencyExportRequest struct {
	// ReportToken is the token of the report. Defaults to the default report of the workspace.
	ReportToken string `json:"kubernetes_efficiency_report_token,omitempty"`
	// Filter is written in VQL, the API's query language.
	Filter string `json:"filter,omitempty"`
	ExportScope
	// Groupings are sent in the query, as the API requires for this export type.
	Groupings CommaSeparated `json:"-"`
}

func (r KubernetesEfficiencyExportRequest) post(workspace string) post {
	r.ExportScope = r.in(workspace)
	var query url.Values
	if len(r.Groupings) > 0 {
		query = url.Values{"groupings": {r.Groupings.String()}}
	}
	return post{path: "v2/kubernetes_efficiency_reports/data_exports", query: query, body: r}
}

// CommaSeparated is a list that is sent as one string. Its elements must not contain commas.
type CommaSeparated []string

// String returns the elements separated by commas.
func (c CommaSeparated) String() string { return strings.Join(c, ",") }

// MarshalText implements encoding.TextMarshaler, so that the list is one string in JSON.
func (c CommaSeparated) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
