package vantage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// dailyRows returns rows of one metric, one a day.
func dailyRows(n int) []fakevantage.UnitCost {
	rows := make([]fakevantage.UnitCost, n)
	for i := range rows {
		date := time.Date(2025, 3, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		rows[i] = fakevantage.NewUnitCost("bsnss_mtrc_1", date, fmt.Sprint(i)+".5")
	}
	return rows
}

func rowsOf(token string) vantage.UnitCostsRequest {
	return vantage.UnitCostsRequest{CostReportToken: token}
}

// pagesRequested returns the requested pages in order. It fails the test for any other request.
func pagesRequested(t *testing.T, fake *fakevantage.Server) []string {
	t.Helper()
	var pages []string
	for _, r := range fake.Requests() {
		query, err := url.ParseQuery(r.Query)
		if err != nil || r.Method != http.MethodGet || r.Path != "/v2/unit_costs" || r.Body != "" {
			t.Errorf("unexpected request %s %s?%s %s", r.Method, r.Path, r.Query, r.Body)
		}
		pages = append(pages, query.Get("page"))
	}
	return pages
}

func TestListUnitCosts_readsAllPages(t *testing.T) {
	t.Parallel()
	for rows, pages := range map[int]int{0: 1, 3: 1, 1000: 1, 1001: 2, 2500: 3} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Limits: noLimits})
				fake.SetUnitCosts(dailyRows(rows)...)
				got, err := newClient(t, fake).ListUnitCosts(ctx, rowsOf("rprt_1"))
				if err != nil || len(got) != rows {
					t.Fatalf("%d rows, %v", len(got), err)
				}
				for i, row := range got {
					if row.UnitCostAmount != json.Number(fmt.Sprint(i)+".5") {
						t.Fatalf("row %d is %+v", i, row)
					}
				}
				if asked := pagesRequested(t, fake); !slices.Equal(asked, []string{"1", "2", "3"}[:pages]) {
					t.Errorf("requested the pages %v", asked)
				}
			})
		})
	}
}

func TestListUnitCosts_sortsByDateThenMetric(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{Limits: noLimits})
	fake.SetUnitCosts(
		fakevantage.NewUnitCost("b", "2025-03-02", "4"), fakevantage.NewUnitCost("b", "2025-03-01", "2"),
		fakevantage.NewUnitCost("a", "2025-03-02+00:00", "3"), fakevantage.NewUnitCost("a", "2025-03-01", "1"),
	)
	rows, err := newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("rprt_1"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows {
		got = append(got, string(row.UnitCostAmount))
	}
	if strings.Join(got, " ") != "1 2 3 4" {
		t.Errorf("the amounts are %v", got)
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
			fake := fakevantage.New(fakevantage.Options{
				Misbehave: func(fakevantage.Request) http.HandlerFunc { return rowsPage("", rowJSON(test.members)) },
			})
			test.want.BusinessMetricToken, test.want.BusinessMetricTitle = "m", "M"
			if got, err := newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("r")); err != nil || got[0] != test.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// noLimits lets a test read many pages in real time without waiting for the next window of 5 s.
var noLimits = []fakevantage.RouteLimit{}
