package unitcosts_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

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
output "all" { value = data.vantage_unit_costs.this.unit_costs }
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

// wantPages expects requests for these pages and no other requests.
func wantPages(t *testing.T, api *acctest.API, pages ...string) {
	t.Helper()
	if got := pagesRequested(t, api); !slices.Equal(got, pages) {
		t.Errorf("requested the pages %v, want %v", got, pages)
	}
}

// pagesRequested returns the requested pages in order. It fails the test for any other request.
func pagesRequested(t *testing.T, api *acctest.API) []string {
	t.Helper()
	var pages []string
	for _, r := range api.Requests() {
		query, err := url.ParseQuery(r.Query)
		if err != nil || r.Method != http.MethodGet || r.Path != "/v2/unit_costs" {
			t.Errorf("unexpected request %s %s?%s", r.Method, r.Path, r.Query)
		}
		pages = append(pages, query.Get("page"))
	}
	return pages
}

func TestRead_requestsEachPageOnce(t *testing.T) {
	t.Parallel()
	for rows, pages := range map[int][]string{0: {"1"}, 3: {"1"}, 2500: {"1", "2", "3"}} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{Limits: noLimits})
			api.SetUnitCosts(daily(rows)...)
			cli := acctest.NewCLI(t, api, unitCosts())
			cli.MustRun("plan", "-no-color")
			wantPages(t, api, pages...)
			cli.MustRun("apply", "-auto-approve", "-no-color")
			wantPages(t, api, slices.Concat(pages, pages)...)
			if count := cli.MustRun("output", "count"); strings.TrimSpace(count) != fmt.Sprint(rows) {
				t.Errorf("%s rows are in the state", count)
			}
			if out, ok := cli.Run("plan", "-detailed-exitcode", "-no-color"); !ok {
				t.Errorf("the second plan is not empty: %.2000s", out)
			}
		})
	}
}

func TestRead_keepsReportedValues(t *testing.T) {
	t.Parallel()
	const digits = "123456789012345678.901234567890"
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits})
	bare := fakevantage.NewUnitCost("m_2", "2025-03-02", "7")
	bare.CalculationType, bare.UnitCostAmount, bare.Scale = nil, nil, "0.100000000000000000000000000001"
	full := fakevantage.NewUnitCost("m_1", "2025-03-02+00:00", digits)
	api.SetUnitCosts(bare, full, fakevantage.NewUnitCost("m_1", "2025-02-28", "1"))
	config := api.Config(unitCosts(`start_date = "2025-03-01"`, `end_date = "2025-03-31"`, `date_bin = "day"`) +
		acctest.Testdata(t, "exact_numbers.tf"))
	rows := tfjsonpath.New("unit_costs")
	expect := func(i int, name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.vantage_unit_costs.this", rows.AtSliceIndex(i).AtMapKey(name), check)
	}
	api.Run(t, resource.TestStep{
		Config: config,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.vantage_unit_costs.this", rows, knownvalue.ListSizeExact(2)),
			expect(0, "business_metric_token", knownvalue.StringExact("m_1")),
			expect(0, "business_metric_title", knownvalue.StringExact("Metric m_1")),
			expect(0, "calculation_type", knownvalue.StringExact("unit_cost")),
			expect(0, "business_metric_amount", knownvalue.Int64Exact(1)),
			expect(0, "date", knownvalue.StringExact("2025-03-02")),
			expect(1, "business_metric_token", knownvalue.StringExact("m_2")),
			expect(1, "calculation_type", knownvalue.Null()),
			expect(1, "unit_cost_amount", knownvalue.Null()),
			statecheck.ExpectKnownOutputValue("amount", knownvalue.StringExact("123456789012345678.90123456789")),
			statecheck.ExpectKnownOutputValue("scale", knownvalue.StringExact("0.100000000000000000000000000001")),
		},
	}, resource.TestStep{Config: config, PlanOnly: true})
	const query = "cost_report_token=rprt_1&date_bin=day&end_date=2025-03-31&limit=1000&order=asc&page=1&" +
		"start_date=2025-03-01"
	for _, r := range api.Requests() {
		if r.Query != query {
			t.Errorf("the query is %s", r.Query)
		}
	}
}

// The guide says when rows are read.
func TestRead_readsRowsInEachPlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		commands [][]string
		requests int
	}{
		"a saved plan":    {[][]string{{"plan", "-out=p"}, {"apply", "p"}}, 1},
		"without refresh": {[][]string{{"apply", "-auto-approve"}, {"plan", "-refresh=false"}}, 2},
		"destroy":         {[][]string{{"apply", "-auto-approve"}, {"destroy", "-auto-approve"}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{Limits: noLimits})
			api.SetUnitCosts(daily(3)...)
			cli := acctest.NewCLI(t, api, unitCosts())
			for _, command := range test.commands {
				cli.MustRun(command...)
			}
			if got := pagesRequested(t, api); len(got) != test.requests {
				t.Errorf("requested the pages %v", got)
			}
		})
	}
}

// Inside a check block, rows are read again in the apply, and errors are warnings.
func TestRead_warnsInsideCheck(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Reports: []string{"rprt_1"}})
	api.SetUnitCosts(daily(3)...)
	cli := acctest.NewCLI(t, api, acctest.Testdata(t, "check.tf"))
	cli.MustRun("apply", "-auto-approve", "-no-color")
	wantPages(t, api, "1", "1")
	api.Change(func(o *fakevantage.Options) { o.Reports = []string{"rprt_2"} })
	out := cli.MustRun("apply", "-auto-approve", "-no-color")
	if !strings.Contains(out, "Warning: Could not read unit costs") {
		t.Error(out)
	}
}

func TestRead_supportsPostcondition(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits})
	api.SetUnitCosts(daily(3)...) // at most 2
	cli := acctest.NewCLI(t, api, acctest.Testdata(t, "postcondition.tf"))
	cli.MustRun("plan", "-no-color", "-var=most=2")
	if out, ok := cli.Run("plan", "-no-color", "-var=most=1"); ok || !strings.Contains(out, "Too expensive.") {
		t.Error(out)
	}
}

// A link to another host is not followed: the next page is requested from the configured host.
func TestRead_followsNoLinks(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other host got a request for %s with %q", r.URL, r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	const row = `{"business_metric_token":"m","business_metric_title":"M","unit_cost_amount":"5",` +
		`"business_metric_amount":"1","scale":1,"date":"2025-02-01"}`
	first := fmt.Sprintf(`{"links":{"next":"%s/v2/unit_costs?page=7"},"unit_costs":[%s]}`, elsewhere.URL, row)
	misbehave := func(r fakevantage.Request) http.HandlerFunc {
		if strings.Contains(r.Query, "&page=1&") || strings.HasSuffix(r.Query, "&page=1") {
			return fakevantage.Answer(http.StatusOK, first)
		}
		return nil
	}
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits, Misbehave: misbehave})
	api.SetUnitCosts(daily(1001)...)
	cli := acctest.NewCLI(t, api, unitCosts())
	cli.MustRun("apply", "-auto-approve", "-no-color")
	wantPages(t, api, "1", "2")
}
