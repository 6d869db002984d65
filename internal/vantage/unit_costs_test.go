package vantage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// list lists unit costs in virtual time. A response that is nil comes from the fake with its rows. It returns the
// requested pages, such as "1 2", and fails the test for any other request.
func list(
	t *testing.T, response func(n int) http.HandlerFunc, rows ...fakevantage.UnitCost,
) (listed []vantage.UnitCost, pages string, err error) {
	t.Helper()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{
			Limits:    []fakevantage.RouteLimit{},
			Misbehave: func(r fakevantage.Request) http.HandlerFunc { return response(r.N) },
		})
		fake.SetUnitCosts(rows...)
		listed, err = newClient(t, fake).ListUnitCosts(ctx, vantage.UnitCostsRequest{CostReportToken: "r"})
		for _, r := range fake.Requests() {
			query, _ := url.ParseQuery(r.Query)
			want := "cost_report_token=r&limit=1000&order=asc&page=" + query.Get("page")
			if r.Method != http.MethodGet || r.Path != "/v2/unit_costs" || r.Query != want || r.Body != "" {
				t.Errorf("unexpected request %s %s?%s %s", r.Method, r.Path, r.Query, r.Body)
			}
			pages = strings.TrimSpace(pages + " " + query.Get("page"))
		}
	})
	return listed, pages, err
}

// inOrder returns the responses to the first requests. The fake responds to later requests.
func inOrder(responses ...http.HandlerFunc) func(n int) http.HandlerFunc {
	return func(n int) http.HandlerFunc {
		if n > len(responses) {
			return nil
		}
		return responses[n-1]
	}
}

// rowsPage returns a page. Next is the URL of the next page, or "".
func rowsPage(next string, rows ...string) http.HandlerFunc {
	link := "null"
	if next != "" {
		link = `"` + next + `"`
	}
	return rowsAnswer(`{"links":{"next":` + link + `},"unit_costs":[` + strings.Join(rows, ",") + `]}`)
}

func rowsAnswer(body string) http.HandlerFunc { return fakevantage.Answer(http.StatusOK, body) }

func rowJSON(members string) string {
	return `{"business_metric_token":"m","business_metric_title":"M","calculation_type":null,` + members + `}`
}

// scaled returns n rows with a scale, on one date.
func scaled(n, scale int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = `{"business_metric_token":"m","date":"2025-03-01T00:00:00Z","scale":` + strconv.Itoa(scale) + `}`
	}
	return rows
}

const nextPage = "https://api.vantage.sh/v2/unit_costs?page=2"

// chain responds with pages of ten rows, each but the last with a link to a next page.
func chain(last int) func(n int) http.HandlerFunc {
	return func(n int) http.HandlerFunc {
		if n == last {
			return rowsPage("", scaled(10, n)...)
		}
		return rowsPage(nextPage, scaled(10, n)...)
	}
}

func TestListUnitCosts_readsAllPages(t *testing.T) {
	t.Parallel()
	// Full pages and a shorter page without links.
	withoutLinks := func(n int) http.HandlerFunc {
		rows := scaled(map[int]int{1: 1000, 2: 1000, 3: 999}[n], n)
		return rowsAnswer(`{"unit_costs":[` + strings.Join(rows, ",") + `]}`)
	}
	to100 := "1"
	for page := 2; page <= 100; page++ {
		to100 += " " + strconv.Itoa(page)
	}
	// Only a page that failed in between is requested again.
	failing := inOrder(
		rowsPage(nextPage, scaled(1, 1)...), fakevantage.HTML(502), fakevantage.HTML(200), fakevantage.CutOff,
		rowsPage("", scaled(1, 2)...),
	)
	for name, test := range map[string]struct {
		response func(n int) http.HandlerFunc
		ofFake   int // rows
		rows     int
		pages    string
	}{
		"no rows":          {inOrder(), 0, 0, "1"},
		"a full page":      {inOrder(rowsPage("", scaled(1000, 1)...)), 0, 1000, "1"},
		"two pages":        {inOrder(), 1001, 1001, "1 2"},
		"without links":    {withoutLinks, 0, 2999, "1 2 3"},
		"after failures":   {failing, 0, 2, "1 2 2 2 2"},
		"100 pages of ten": {chain(100), 0, 1000, to100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := make([]fakevantage.UnitCost, test.ofFake)
			for i := range stored {
				date := time.Date(2025, 3, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
				stored[i] = fakevantage.NewUnitCost("bsnss_mtrc_1", date, fmt.Sprint(i))
			}
			rows, pages, err := list(t, test.response, stored...)
			if err != nil || len(rows) != test.rows || pages != test.pages {
				t.Fatalf("%d rows of the pages %s, %v", len(rows), pages, err)
			}
			for i := range stored {
				if rows[i].UnitCostAmount != json.Number(fmt.Sprint(i)) {
					t.Fatalf("row %d is %+v", i, rows[i])
				}
			}
		})
	}
}

func TestListUnitCosts_readsAtMost100000Rows(t *testing.T) {
	t.Parallel()
	tooMany := inOrder(rowsPage(nextPage, scaled(60_000, 1)...), rowsPage(nextPage, scaled(40_001, 2)...))
	_, pages, err := list(t, tooMany)
	if wantKind(t, err, vantage.TooMany); pages != "1 2" {
		t.Errorf("requested the pages %s", pages)
	}
	_, pages, err = list(t, chain(-1))
	if e := wantKind(t, err, vantage.TooMany); !strings.Contains(e.Error(), "more than 100000 unit costs") {
		t.Error(e)
	}
	if !strings.HasSuffix(pages, " 100") {
		t.Errorf("requested the pages %s", pages)
	}
}

// No page after an invalid page is requested.
func TestListUnitCosts_rejectsInvalidPages(t *testing.T) {
	t.Parallel()
	good := rowJSON(`"unit_cost_amount":"1","date":"2025-03-01"`)
	for name, test := range map[string]struct {
		second http.HandlerFunc
		want   string
	}{
		"no list":        {rowsAnswer(`{"links":{}}`), "malformed unit costs: the list unit_costs"},
		"null":           {rowsAnswer(`null`), "the list unit_costs is missing"},
		"another list":   {rowsAnswer(`{"unit_costs":{}}`), "malformed unit costs"},
		"odd link":       {rowsAnswer(`{"links":{"next":2},"unit_costs":[]}`), "malformed unit costs"},
		"null row":       {rowsPage("", "null"), "missing in row 1"},
		"no date":        {rowsPage("", good, rowJSON(`"unit_cost_amount":"1"`)), "missing in row 2"},
		"odd date":       {rowsPage("", rowJSON(`"date":"March"`)), `"March" is not a date`},
		"number as date": {rowsPage("", rowJSON(`"date":20250301`)), `the date is not a string`},
		"no number":      {rowsPage("", rowJSON(`"unit_cost_amount":"1,5"`)), `invalid number literal`},
		"empty number":   {rowsPage("", rowJSON(`"scale":"","date":"2025-03-01"`)), `invalid number literal`},
		"first page":     {rowsPage(nextPage, good), "page 2 of the unit costs is empty or repeats rows"},
		"empty page":     {rowsPage(nextPage), "page 2 of the unit costs is empty or repeats rows"},
		"true as number": {rowsPage("", rowJSON(`"scale":true,"date":"2025-03-01"`)), `cannot unmarshal bool`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, pages, err := list(t, inOrder(rowsPage(nextPage, good), test.second))
			if e := wantKind(t, err, vantage.Malformed); !strings.Contains(e.Error(), test.want) || e.Path != "/v2/unit_costs" {
				t.Errorf("%v, want %s", e, test.want)
			}
			if pages != "1 2" {
				t.Errorf("requested the pages %s", pages)
			}
		})
	}
}

// Whatever URL the API reports, the client only sends requests to the configured host, which each client of a test
// checks, with its own query, which list checks.
func TestListUnitCosts_followsNoLinks(t *testing.T) {
	t.Parallel()
	rows, pages, err := list(t, inOrder(
		rowsPage("https://elsewhere.example/steal?page=9", scaled(1, 1)...), rowsPage("", scaled(1, 2)...),
	))
	if err != nil || len(rows) != 2 || pages != "1 2" {
		t.Errorf("%v of the pages %s, %v", rows, pages, err)
	}
}

func TestListUnitCosts_reportsWaitForAllPages(t *testing.T) {
	t.Parallel()
	_, _, err := list(t, inOrder(
		fakevantage.Answer(503, "", "Retry-After: 20"), rowsPage(nextPage, scaled(1, 1)...),
		fakevantage.Hang, fakevantage.Hang,
	))
	if e := wantKind(t, err, vantage.TimedOut); e.Waited != time.Minute {
		t.Errorf("waited %s", e.Waited)
	}
}

func TestListUnitCosts_sortsByDateThenMetric(t *testing.T) {
	t.Parallel()
	rows, _, err := list(t, inOrder(),
		fakevantage.NewUnitCost("b", "2025-03-02", "4"), fakevantage.NewUnitCost("b", "2025-03-01", "2"),
		fakevantage.NewUnitCost("a", "2025-03-02+00:00", "3"), fakevantage.NewUnitCost("a", "2025-03-01", "1"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if row.UnitCostAmount != json.Number(fmt.Sprint(i+1)) {
			t.Errorf("row %d is %+v", i, row)
		}
	}
}

func TestListUnitCosts_decodesEachForm(t *testing.T) {
	t.Parallel()
	const digits = "123456789012345678901234567890.123456789012345678901234567890"
	for name, test := range map[string]struct {
		members string
		want    vantage.UnitCost
	}{
		"as documented": {
			`"unit_cost_amount":"4.25","business_metric_amount":"0.371","scale":1.0,"date":"2023-09-05+00:00"`,
			vantage.UnitCost{UnitCostAmount: "4.25", BusinessMetricAmount: "0.371", Scale: "1.0", Date: "2023-09-05"},
		},
		"as in the example": {
			`"unit_cost_amount":"21.7","business_metric_amount":"3.71","scale":"1.0","date":"2023-06-05"`,
			vantage.UnitCost{UnitCostAmount: "21.7", BusinessMetricAmount: "3.71", Scale: "1.0", Date: "2023-06-05"},
		},
		"many digits": {
			`"unit_cost_amount":"` + digits + `","business_metric_amount":` + digits + `,"scale":1e-9,"date":"2023-06-05Z"`,
			vantage.UnitCost{UnitCostAmount: digits, BusinessMetricAmount: digits, Scale: "1e-9", Date: "2023-06-05"},
		},
		"divided by zero": {
			`"unit_cost_amount":null,"business_metric_amount":"0","scale":null,"date":"2023-06-05"`,
			vantage.UnitCost{BusinessMetricAmount: "0", Date: "2023-06-05"},
		},
		"an hour": {
			`"unit_cost_amount":"-1","date":"2023-06-05T13:00:00+00:00","links":{"next":"x"}`,
			vantage.UnitCost{UnitCostAmount: "-1", Date: "2023-06-05T13:00:00+00:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.want.BusinessMetricToken, test.want.BusinessMetricTitle = "m", "M"
			rows, _, err := list(t, inOrder(rowsPage("", rowJSON(test.members))))
			if err != nil || rows[0] != test.want {
				t.Errorf("%+v, %v", rows, err)
			}
		})
	}
}
