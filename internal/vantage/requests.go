package vantage

import (
	"net/url"
	"strings"
)

// ExportRequest asks for an export of one kind: UnitCostExportRequest, CostExportRequest or
// KubernetesEfficiencyExportRequest.
type ExportRequest interface {
	// post returns the POST that makes the export. The workspace is that of the client, for a request that names none.
	post(workspace string) post
}

// post is a POST that makes an export.
type post struct {
	path  string
	query url.Values
	body  any // encoded as JSON
}

// ExportScope is what the requests of all kinds have in common. Empty fields are left out of the request.
type ExportScope struct {
	// WorkspaceToken is required by the server when the API token sees several workspaces. Default: the client's.
	WorkspaceToken string `json:"workspace_token,omitempty"`
	// StartDate and EndDate, both included, are ISO 8601. Default: the report's own.
	StartDate string `json:"start_date,omitempty"`
	EndDate   string `json:"end_date,omitempty"`
	// DateBin is one of DateBins, or of KubernetesEfficiencyDateBins. Default: the report's own, or day.
	DateBin string `json:"date_bin,omitempty"`
}

func (s ExportScope) in(workspace string) ExportScope {
	if s.WorkspaceToken == "" {
		s.WorkspaceToken = workspace
	}
	return s
}

// DateBins returns what ExportScope.DateBin may be for unit costs and costs.
func DateBins() []string { return append([]string{"hour"}, KubernetesEfficiencyDateBins()...) }

// KubernetesEfficiencyDateBins returns what ExportScope.DateBin may be for Kubernetes efficiency.
func KubernetesEfficiencyDateBins() []string { return []string{"day", "week", "month", "quarter"} }

// UnitCostExportRequest asks for an export of unit costs, with POST /v2/unit_costs/data_exports.
type UnitCostExportRequest struct {
	// CostReportToken names the report whose unit costs are exported. Required.
	CostReportToken string `json:"cost_report_token"`
	ExportScope
}

func (r UnitCostExportRequest) post(workspace string) post {
	r.ExportScope = r.in(workspace)
	return post{path: "v2/unit_costs/data_exports", body: r}
}

// CostExportRequest asks for an export of costs, with POST /v2/costs/data_exports. One of CostReportToken and Filter is
// required; empty fields are left out of the request.
type CostExportRequest struct {
	// CostReportToken names the report whose costs are exported.
	CostReportToken string `json:"cost_report_token,omitempty"`
	// Filter is written in VQL, the API's query language.
	Filter string `json:"filter,omitempty"`
	ExportScope
	// Groupings are sent as one string, in which commas part them: that is how a live server was seen to take them, though
	// its description declares a list. Default: provider, service and account_id.
	Groupings CommaSeparated `json:"groupings,omitempty"`
	// Schema is vntg, focus or comparison. Default: vntg.
	Schema   string        `json:"schema,omitempty"`
	Settings *CostSettings `json:"settings,omitempty"`
}

func (r CostExportRequest) post(workspace string) post {
	r.ExportScope = r.in(workspace)
	return post{path: "v2/costs/data_exports", body: r}
}

// CostSettings say which costs are counted. What is nil or empty is left out, and the server's default applies.
type CostSettings struct {
	IncludeCredits     *bool  `json:"include_credits,omitempty"`      // default: false
	IncludeRefunds     *bool  `json:"include_refunds,omitempty"`      // default: false
	IncludeDiscounts   *bool  `json:"include_discounts,omitempty"`    // default: true
	IncludeTax         *bool  `json:"include_tax,omitempty"`          // default: true
	Amortize           *bool  `json:"amortize,omitempty"`             // default: true
	Unallocated        *bool  `json:"unallocated,omitempty"`          // default: false
	AggregateBy        string `json:"aggregate_by,omitempty"`         // cost, usage or count; default: cost
	ShowPreviousPeriod *bool  `json:"show_previous_period,omitempty"` // default: true
}

// KubernetesEfficiencyExportRequest asks for an export of Kubernetes efficiency, with
// POST /v2/kubernetes_efficiency_reports/data_exports. Empty fields are left out of the request.
type KubernetesEfficiencyExportRequest struct {
	// ReportToken names the report. Default: the default report of the workspace.
	ReportToken string `json:"kubernetes_efficiency_report_token,omitempty"`
	// Filter is written in VQL, the API's query language.
	Filter string `json:"filter,omitempty"`
	ExportScope
	// Groupings go into the query, as the API asks for this kind.
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

// CommaSeparated is a list that the API takes as one string. None of its elements may contain a comma.
type CommaSeparated []string

// String returns the elements with commas between them.
func (c CommaSeparated) String() string { return strings.Join(c, ",") }

// MarshalText implements encoding.TextMarshaler, so that it is one string in JSON too.
func (c CommaSeparated) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
