package provider_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// noLimits lets a test read many pages without waiting for the next window of 5 s.
var noLimits = []fakevantage.RouteLimit{}

// unitCosts is a data source of a report with these lines, and outputs that change with its rows.
func unitCosts(lines ...string) string {
	return `
data "vantage_unit_costs" "this" {
  cost_report_token = "rprt_1"
` + strings.Join(lines, "\n") + `
}
output "all" { value = sha256(jsonencode(data.vantage_unit_costs.this.unit_costs)) } # short in the plan
output "count" { value = length(data.vantage_unit_costs.this.unit_costs) }
`
}

// daily returns rows of one metric, one a day from 2025-03-01 on, with the amounts 0, 1, 2 and so on.
func daily(n int) []fakevantage.UnitCost {
	rows := make([]fakevantage.UnitCost, n)
	for i := range rows {
		date := time.Date(2025, 3, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		rows[i] = fakevantage.NewUnitCost("bsnss_mtrc_1", date, fmt.Sprint(i))
	}
	return rows
}

// pagesRequested returns the requested pages in order. It fails the test for any other request.
func pagesRequested(t *testing.T, fake *fakevantage.Server) []string {
	t.Helper()
	var pages []string
	for _, r := range fake.Requests() {
		query, err := url.ParseQuery(r.Query)
		if err != nil || r.Method != http.MethodGet || r.Path != "/v2/unit_costs" {
			t.Errorf("unexpected request %s %s?%s", r.Method, r.Path, r.Query)
		}
		pages = append(pages, query.Get("page"))
	}
	return pages
}

// The guide says when rows are read.
func TestUnitCosts_requestsEachPageOnceInEachPlan(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits})
	api.SetUnitCosts(daily(1001)...)
	cli := acctest.NewCLI(t, api, unitCosts())
	var pages []string
	for _, test := range []struct {
		command string
		reads   bool
	}{
		{"plan -out=p", true},
		{"apply p", false},
		{"plan -detailed-exitcode", true},
		{"plan -refresh=false", true},
		{"destroy -auto-approve", true},
	} {
		if cli.MustRun(strings.Fields(test.command)...); test.reads {
			pages = append(pages, "1", "2")
		}
		if got := pagesRequested(t, api.Server); !slices.Equal(got, pages) {
			t.Errorf("%s: requested the pages %v, want %v", test.command, got, pages)
		}
		if _, applied, _ := strings.Cut(test.command, " "); applied == "p" {
			if count := cli.MustRun("output", "count"); strings.TrimSpace(count) != "1001" {
				t.Errorf("%s rows are in the state", count)
			}
		}
	}
}

func TestUnitCosts_keepsReportedValues(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits})
	bare := fakevantage.NewUnitCost("m_2", "2025-03-02", "7")
	bare.CalculationType, bare.UnitCostAmount, bare.Scale = nil, nil, "0.100000000000000000000000000001"
	full := fakevantage.NewUnitCost("m_1", "2025-03-02+00:00", "123456789012345678.901234567890")
	api.SetUnitCosts(bare, full, fakevantage.NewUnitCost("m_1", "2025-02-28", "1"))
	cli := acctest.NewCLI(t, api, unitCosts(`start_date = "2025-03-01"`, `end_date = "2025-03-31"`, `date_bin = "day"`)+
		`output "rows" { value = data.vantage_unit_costs.this.unit_costs }`)
	cli.MustRun("apply", "-auto-approve")
	const want = `[` +
		`{"business_metric_amount":1,"business_metric_title":"Metric m_1","business_metric_token":"m_1",` +
		`"calculation_type":"unit_cost","date":"2025-03-02","scale":1,"unit_cost_amount":123456789012345678.90123456789},` +
		`{"business_metric_amount":1,"business_metric_title":"Metric m_2","business_metric_token":"m_2",` +
		`"calculation_type":null,"date":"2025-03-02","scale":0.100000000000000000000000000001,"unit_cost_amount":null}]`
	if rows := strings.TrimSpace(cli.MustRun("output", "-json", "rows")); rows != want {
		t.Errorf("the rows are\n%s\nwant\n%s", rows, want)
	}
	const query = "cost_report_token=rprt_1&date_bin=day&end_date=2025-03-31&limit=1000&order=asc&page=1&" +
		"start_date=2025-03-01"
	for _, r := range api.Requests() {
		if r.Query != query {
			t.Errorf("the query is %s", r.Query)
		}
	}
}

// Inside a check block, rows are read again in the apply, and errors are warnings.
func TestUnitCosts_warnInsideCheck(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Reports: []string{"rprt_1"}})
	api.SetUnitCosts(daily(3)...)
	cli := acctest.NewCLI(t, api, `
check "unit_cost" {
  data "vantage_unit_costs" "this" {
    cost_report_token = "rprt_1"
  }

  assert {
    condition     = length(data.vantage_unit_costs.this.unit_costs) == 3
    error_message = "Not three."
  }
}
`)
	cli.MustRun("apply", "-auto-approve", "-no-color")
	if pages := pagesRequested(t, api.Server); !slices.Equal(pages, []string{"1", "1"}) {
		t.Errorf("requested the pages %v", pages)
	}
	api.Change(func(o *fakevantage.Options) { o.Reports = []string{"rprt_2"} })
	out := cli.MustRun("apply", "-auto-approve", "-no-color")
	if !strings.Contains(out, "Warning: Could not read unit costs") {
		t.Error(out)
	}
}
