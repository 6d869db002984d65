package contract

import (
	"net/http"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/fakevantage"
)

const (
	unitCosts  = "/v2/unit_costs/data_exports"
	costs      = "/v2/costs/data_exports"
	kubernetes = "/v2/kubernetes_efficiency_reports/data_exports"
	rowsOf     = "/v2/unit_costs?cost_report_token=rprt_1"
	export     = "/v2/data_exports/dta_xprt_1"

	minimal   = `{"cost_report_token":"rprt_1"}`
	completed = `{"token":"t","status":"completed","created_at":"c","export_type":"e","attributes":{"any":null},` +
		`"manifest":{"files":["u"],"completed_at":"c","valid_until":null}}`
	rows = `{"links":{"next":null},"unit_costs":[{"business_metric_token":"b","business_metric_title":"B",` +
		`"calculation_type":null,"unit_cost_amount":"1.5","business_metric_amount":"2","scale":1.0,"date":"2025-01-01"}` +
		`]}`
	rejected = `{"errors":["x"]}`
)

// exchange returns an exchange with a valid header in both directions.
func exchange(method, target, body string, status int, answer string) fakevantage.Exchange {
	path, query, _ := strings.Cut(target, "?")
	e := fakevantage.Exchange{
		Request: fakevantage.Request{
			Method: method, Path: path, Query: query, Body: body, Status: status,
			Header: http.Header{"Authorization": {"Bearer good"}},
		},
		AnswerHeader: http.Header{"Content-Type": {"application/json"}, "Location": {"/x"}},
		AnswerBody:   []byte(answer),
	}
	if body != "" {
		e.Header.Set("Content-Type", "application/json")
	}
	return e
}

func with(whole, old, changed string) string { return strings.Replace(whole, old, changed, 1) }

// Each request is a method, a path with its query, a body, and header lines, in one line each.
func TestCheck_validatesRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		request []string
		want    string // in the error; none where it is empty
	}{
		"unit costs": {request: []string{"POST", unitCosts,
			`{"cost_report_token":"r","workspace_token":"w","start_date":"2025-01-01","date_bin":"hour"}`}},
		"costs": {request: []string{"POST", costs,
			`{"filter":"x","schema":"focus","settings":{"include_tax":false,"aggregate_by":"usage"}}`}},
		"kubernetes": {request: []string{"POST", kubernetes + "?groupings=cluster_id,label:app", `{"date_bin":"day"}`}},
		"rows":       {request: []string{"GET", rowsOf + "&limit=1000&page=2&order=asc", ""}},

		"unknown member":    {[]string{"POST", unitCosts, `{"cost_report_token":"r","groupings":"x"}`}, "groupings"},
		"missing member":    {[]string{"POST", unitCosts, `{}`}, "cost_report_token"},
		"null":              {[]string{"POST", unitCosts, `{"cost_report_token":"r","start_date":null}`}, "start_date"},
		"empty member":      {[]string{"POST", unitCosts, `{"cost_report_token":"r","end_date":""}`}, "end_date"},
		"no report":         {[]string{"POST", costs, `{"date_bin":"day"}`}, "cost_report_token"},
		"unknown grouping":  {[]string{"POST", costs, `{"filter":"x","groupings":"provider,x"}`}, "groupings"},
		"not of the enum":   {[]string{"POST", kubernetes, `{"date_bin":"hour"}`}, "date_bin"},
		"unknown setting":   {[]string{"POST", costs, `{"filter":"x","settings":{"taxes":true}}`}, "taxes"},
		"no body":           {[]string{"POST", kubernetes, ""}, "body"},
		"body of a GET":     {[]string{"GET", rowsOf, `{}`}, "body"},
		"not JSON":          {[]string{"POST", unitCosts, minimal, "Content-Type: text/plain"}, "Content-Type"},
		"unknown in query":  {[]string{"POST", unitCosts + "?groupings=provider", minimal}, "groupings"},
		"unlisted in query": {[]string{"POST", kubernetes + "?groupings=pod,x", `{}`}, "groupings"},
		"twice in query":    {[]string{"POST", kubernetes + "?groupings=pod&groupings=label", `{}`}, "more than once"},
		"missing in query":  {[]string{"GET", "/v2/unit_costs", ""}, "cost_report_token"},
		"limit over 1000":   {[]string{"GET", rowsOf + "&limit=1001", ""}, "limit"},
		"empty in query":    {[]string{"GET", rowsOf + "&start_date=", ""}, "start_date"},
		"page is zero":      {[]string{"GET", rowsOf + "&page=0", ""}, "page"},
		"page is no number": {[]string{"GET", rowsOf + "&page=one", ""}, "page"},
		"no token":          {[]string{"POST", unitCosts, minimal, "Authorization: "}, "bearer token"},
		"basic":             {[]string{"POST", unitCosts, minimal, "Authorization: Basic eA=="}, "bearer token"},
		"no such path":      {[]string{"GET", "/v2/exports", ""}, "/v2/exports"},
		"no such method":    {[]string{"DELETE", export, ""}, "method not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := test.request
			e := exchange(r[0], r[1], r[2], 0, "")
			for _, line := range r[3:] {
				name, value, _ := strings.Cut(line, ": ")
				e.Header.Set(name, value)
			}
			wantError(t, Check(e), test.want)
		})
	}
}

func TestCheck_validatesResponses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		request []string
		status  int
		body    string
		want    string
	}{
		"completed":        {[]string{"GET", export, ""}, 200, completed, ""},
		"no manifest":      {[]string{"GET", export, ""}, 200, with(completed, "manifest", "manifesto"), "manifest"},
		"lists of files":   {[]string{"GET", export, ""}, 200, with(completed, `["u"]`, `[["u"]]`), "files"},
		"unknown member":   {[]string{"GET", export, ""}, 200, with(completed, "{", `{"x":1,`), `"x"`},
		"another number":   {[]string{"GET", export, ""}, 202, "200", "doesn't match"},
		"empty":            {[]string{"POST", unitCosts, minimal}, 202, "", "decode"},
		"errors":           {[]string{"POST", unitCosts, minimal}, 402, `{"errors":["x"]}`, ""},
		"errors as string": {[]string{"POST", unitCosts, minimal}, 400, `{"errors":"x"}`, "errors"},
		"another status":   {[]string{"POST", unitCosts, minimal}, 201, completed, "status"},
		"rows":             {[]string{"GET", rowsOf, ""}, 200, rows, ""},
		"amount as number": {[]string{"GET", rowsOf, ""}, 200, with(rows, `"1.5"`, `1.5`), "unit_cost_amount"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := exchange(test.request[0], test.request[1], test.request[2], test.status, test.body)
			wantError(t, Check(e), test.want)
			e.Misbehaved = true
			if err := Check(e); err != nil {
				t.Errorf("a response that misbehaves was checked: %v", err)
			}
		})
	}
	t.Run("no Location", func(t *testing.T) {
		t.Parallel()
		e := exchange("POST", unitCosts, minimal, 202, "202")
		e.AnswerHeader.Del("Location")
		wantError(t, Check(e), "Location")
	})
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Error(err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("the error is %v, want it to say %s", err, want)
	}
}
