package contract

import (
	"net/http"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/fakevantage"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	const kubernetes = "/v2/kubernetes_efficiency_reports/data_exports"
	for name, test := range map[string]struct {
		method, path, body string
		header             []string
		want               string // in the error; none where it is empty
	}{
		"unit costs":             {method: "POST", path: unitCosts, body: `{"cost_report_token":"rprt_1","workspace_token":"w","start_date":"2025-01-01","date_bin":"hour"}`},
		"costs":                  {method: "POST", path: costs, body: `{"filter":"x","schema":"focus","settings":{"include_tax":false,"aggregate_by":"usage"}}`},
		"kubernetes":             {method: "POST", path: kubernetes + "?groupings=cluster_id,label:app", body: `{"date_bin":"day"}`},
		"rows":                   {method: "GET", path: "/v2/unit_costs?cost_report_token=rprt_1&limit=1000&page=2&order=asc"},
		"unknown member":         {method: "POST", path: unitCosts, body: `{"cost_report_token":"rprt_1","groupings":"provider"}`, want: "groupings"},
		"missing member":         {method: "POST", path: unitCosts, body: `{}`, want: "cost_report_token"},
		"null":                   {method: "POST", path: unitCosts, body: `{"cost_report_token":"rprt_1","start_date":null}`, want: "start_date"},
		"not of the enum":        {method: "POST", path: kubernetes, body: `{"date_bin":"hour"}`, want: "date_bin"},
		"unknown setting":        {method: "POST", path: costs, body: `{"settings":{"taxes":true}}`, want: "taxes"},
		"no body":                {method: "POST", path: kubernetes, want: "body"},
		"body of a GET":          {method: "GET", path: "/v2/unit_costs?cost_report_token=rprt_1", body: `{}`, want: "body"},
		"not JSON":               {method: "POST", path: unitCosts, body: minimal, header: []string{"Content-Type: text/plain"}, want: "Content-Type"},
		"unknown in the query":   {method: "POST", path: unitCosts + "?groupings=provider", body: minimal, want: "groupings"},
		"twice in the query":     {method: "POST", path: kubernetes + "?groupings=a&groupings=b", body: `{}`, want: "groupings"},
		"missing in the query":   {method: "GET", path: "/v2/unit_costs", want: "cost_report_token"},
		"limit beyond 1000":      {method: "GET", path: "/v2/unit_costs?cost_report_token=rprt_1&limit=1001", want: "limit"},
		"page that is no number": {method: "GET", path: "/v2/unit_costs?cost_report_token=rprt_1&page=one", want: "page"},
		"no token":               {method: "POST", path: unitCosts, body: minimal, header: []string{"Authorization: "}, want: "bearer token"},
		"basic":                  {method: "POST", path: unitCosts, body: minimal, header: []string{"Authorization: Basic eA=="}, want: "bearer token"},
		"no such path":           {method: "GET", path: "/v2/exports", want: "/v2/exports"},
		"no such method":         {method: "DELETE", path: "/v2/data_exports/dta_xprt_1", want: "method not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Only the request is checked.
			e := newExchanges(t, fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return fakevantage.Answer(500, "") }})
			wantError(t, Check(e.do(test.method, test.path, test.body, test.header...)), test.want)
		})
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	const completed = `{"token":"t","status":"completed","created_at":"c","export_type":"e","attributes":{"any":null},"manifest":{"files":["u"],"completed_at":"c","valid_until":null}}`
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		answer             string
		header             []string
		want               string
	}{
		"completed":             {method: "GET", path: "/v2/data_exports/t", status: 200, answer: completed},
		"no manifest":           {method: "GET", path: "/v2/data_exports/t", status: 200, answer: strings.Replace(completed, "manifest", "manifesto", 1), want: "manifest"},
		"files of another type": {method: "GET", path: "/v2/data_exports/t", status: 200, answer: strings.Replace(completed, `["u"]`, `[["u"]]`, 1), want: "files"},
		"unknown member":        {method: "GET", path: "/v2/data_exports/t", status: 200, answer: strings.Replace(completed, "{", `{"x":1,`, 1), want: `"x"`},
		"another number":        {method: "GET", path: "/v2/data_exports/t", status: 202, answer: "200", header: []string{"Location: /x"}, want: "doesn't match"},
		"no Location":           {method: "POST", path: unitCosts, body: minimal, status: 202, answer: "202", want: "Location"},
		"empty":                 {method: "POST", path: unitCosts, body: minimal, status: 202, header: []string{"Location: /x"}, want: "decode"},
		"errors":                {method: "POST", path: unitCosts, body: minimal, status: 402, answer: `{"errors":["x"]}`},
		"errors as one string":  {method: "POST", path: unitCosts, body: minimal, status: 400, answer: `{"errors":"x"}`, want: "errors"},
		"status not described":  {method: "POST", path: unitCosts, body: minimal, status: 201, answer: completed, want: "status"},
		"rows": {method: "GET", path: "/v2/unit_costs?cost_report_token=r", status: 200,
			answer: `{"links":{"next":null},"unit_costs":[{"business_metric_token":"b","business_metric_title":"B","calculation_type":null,"unit_cost_amount":"1.5","business_metric_amount":"2","scale":1.0,"date":"2025-01-01"}]}`},
		"amount that is a number": {method: "GET", path: "/v2/unit_costs?cost_report_token=r", status: 200, want: "unit_cost_amount",
			answer: `{"unit_costs":[{"business_metric_token":"b","business_metric_title":"B","unit_cost_amount":1.5,"business_metric_amount":"2","scale":1.0,"date":"2025-01-01"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := append([]string{"Content-Type: application/json"}, test.header...)
			e := newExchanges(t, fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
				return fakevantage.Answer(test.status, test.answer, header...)
			}})
			exchange := e.do(test.method, test.path, test.body)
			if err := Check(exchange); err != nil {
				t.Errorf("the server was told to answer so: %v", err)
			}
			exchange.Misbehaved, exchange.AnswerBody = false, []byte(test.answer)
			wantError(t, Check(exchange), test.want)
		})
	}
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
