package vantage_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// No page after an invalid page is requested.
func TestListUnitCosts_rejectsInvalidPages(t *testing.T) {
	t.Parallel()
	const next = "https://api.vantage.sh/v2/unit_costs?page=2"
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
		"first page":     {rowsPage(next, good), "page 2 of the unit costs is empty or repeats rows"},
		"empty page":     {rowsPage(next), "page 2 of the unit costs is empty or repeats rows"},
		"true as number": {rowsPage("", rowJSON(`"scale":true,"date":"2025-03-01"`)), `cannot unmarshal bool`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := fakevantage.New(
				fakevantage.Options{Limits: noLimits, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					if r.N == 1 {
						return rowsPage(next, good)
					}
					return test.second
				}},
			)
			_, err := newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("r"))
			if e := wantKind(t, err, vantage.Malformed); !strings.Contains(e.Error(), test.want) || e.Path != "/v2/unit_costs" {
				t.Errorf("%v, want %s", e, test.want)
			}
			if asked := pagesRequested(t, fake); !slices.Equal(asked, []string{"1", "2"}) {
				t.Errorf("requested the pages %v", asked)
			}
		})
	}
}

func TestListUnitCosts_readsPagesWithoutLinks(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{Limits: noLimits, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		rows := rowsFrom(r.N*1000, map[int]int{1: 1000, 2: 1000, 3: 999}[r.N])
		return rowsAnswer(`{"unit_costs":[` + strings.Join(rows, ",") + `]}`)
	}})
	rows, err := newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("r"))
	if asked := pagesRequested(t, fake); err != nil || len(rows) != 2999 || len(asked) != 3 {
		t.Errorf("%d rows, %v, requested the pages %v", len(rows), err, asked)
	}
}

// Whatever URL the API reports, the client only sends requests to the configured host, which each client of a test
// checks, with its own query.
func TestListUnitCosts_followsNoLinks(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{Limits: noLimits, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if r.N == 1 {
			return rowsPage("https://elsewhere.example/steal?page=9", rowJSON(`"scale":1,"date":"2025-03-01"`))
		}
		return rowsPage("", rowJSON(`"scale":2,"date":"2025-03-02"`))
	}})
	if rows, err := newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("r")); err != nil || len(rows) != 2 {
		t.Errorf("%v, %v", rows, err)
	}
	const query = "cost_report_token=r&limit=1000&order=asc&page=2"
	if pagesRequested(t, fake); fake.Requests()[1].Query != query {
		t.Errorf("the query is %s", fake.Requests()[1].Query)
	}
}

// rowsFrom returns n rows that differ in their scale.
func rowsFrom(scale, n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = `{"business_metric_token":"m","date":"2025-03-01","scale":` + strconv.Itoa(scale+i) + `}`
	}
	return rows
}

// rowsChain serves pages of ten rows, each but the last with a link to a next page.
func rowsChain(last int) *fakevantage.Server {
	return fakevantage.New(fakevantage.Options{Limits: noLimits, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		rows := rowsFrom(r.N*10, 10)
		if r.N == last {
			return rowsPage("", rows...)
		}
		return rowsPage("https://api.vantage.sh/v2/unit_costs?page=2", rows...)
	}})
}

func TestListUnitCosts_readsAtMost100000Rows(t *testing.T) {
	t.Parallel()
	tooLarge := func(r fakevantage.Request) http.HandlerFunc {
		return rowsPage("https://api.vantage.sh/v2/unit_costs?page=2", rowsFrom(r.N*30_000, 30_000)...)
	}
	large := fakevantage.New(fakevantage.Options{Limits: noLimits, Misbehave: tooLarge})
	_, err := newClient(t, large).ListUnitCosts(t.Context(), rowsOf("r"))
	if asked := pagesRequested(t, large); len(asked) != 4 {
		t.Errorf("requested %d pages", len(asked))
	}
	wantKind(t, err, vantage.TooMany)
	rows, err := newClient(t, rowsChain(100)).ListUnitCosts(t.Context(), rowsOf("r"))
	if err != nil || len(rows) != 1000 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	fake := rowsChain(-1)
	_, err = newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("r"))
	if e := wantKind(t, err, vantage.TooMany); !strings.Contains(e.Error(), "more than 100000 unit costs") {
		t.Error(e)
	}
	if asked := pagesRequested(t, fake); len(asked) != 100 {
		t.Errorf("requested %d pages", len(asked))
	}
}

// Only a page that failed in between is requested again.
func TestListUnitCosts_retriesFailedPage(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(
			fakevantage.Options{Limits: noLimits, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				return map[int]http.HandlerFunc{
					2: fakevantage.HTML(http.StatusBadGateway), 3: fakevantage.HTML(http.StatusOK), 4: fakevantage.CutOff,
				}[r.N]
			}},
		)
		fake.SetUnitCosts(dailyRows(1500)...)
		rows, err := newClient(t, fake).ListUnitCosts(ctx, rowsOf("rprt_1"))
		if err != nil || len(rows) != 1500 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if asked := pagesRequested(t, fake); !slices.Equal(asked, []string{"1", "2", "2", "2", "2"}) {
			t.Errorf("requested the pages %v", asked)
		}
	})
}

func TestListUnitCosts_reportsWaitForAllPages(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{
			Latency: 7 * time.Second,
			Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				return rowsPage("x", rowJSON(fmt.Sprintf(`"scale":%d,"date":"2025-03-01"`, r.N)))
			},
		})
		_, err := newClient(t, fake).ListUnitCosts(ctx, rowsOf("r"))
		if e := wantKind(t, err, vantage.TimedOut); e.Waited != time.Minute {
			t.Errorf("waited %s", e.Waited)
		}
	})
}
