package vantage_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// The error names an invalid page, and no page after it is requested.
func TestListUnitCosts_rejectsInvalidPages(t *testing.T) {
	t.Parallel()
	const next = "https://api.vantage.sh/v2/unit_costs?page=2"
	good := rowJSON(`"unit_cost_amount":"1","date":"2025-03-01"`)
	for name, test := range map[string]struct {
		second http.HandlerFunc
		want   string
	}{
		"repeats":         {rowsPage(next, good), "page 2 of the unit costs is invalid: it repeats page 1"},
		"repeats and end": {rowsPage("", good), "it repeats page 1"},
		"empty and more":  {rowsPage(next), "page 2 of the unit costs is invalid: it has no rows but links"},
		"no list":         {rowsAnswer(`{"links":{}}`), "page 2 of the unit costs is invalid: the list unit_costs"},
		"null":            {rowsAnswer(`null`), "the list unit_costs is missing"},
		"another list":    {rowsAnswer(`{"unit_costs":{}}`), "page 2 of the unit costs is invalid"},
		"odd link":        {rowsAnswer(`{"links":{"next":2},"unit_costs":[]}`), "page 2 of the unit costs is invalid"},
		"null row":        {rowsPage("", "null"), "row 1: business_metric_token is missing"},
		"no date":         {rowsPage("", good, rowJSON(`"unit_cost_amount":"1"`)), "row 2: date is missing"},
		"odd date":        {rowsPage("", rowJSON(`"date":"March"`)), `row 1: "March" is not a date`},
		"number as date":  {rowsPage("", rowJSON(`"date":20250301`)), `row 1: the date is not a string`},
		"no number":       {rowsPage("", rowJSON(`"unit_cost_amount":"1,5"`)), `row 1: "1,5" is not a decimal number`},
		"empty number":    {rowsPage("", rowJSON(`"scale":"","date":"2025-03-01"`)), `row 1: "" is not a decimal number`},
		"true as number": {
			rowsPage("", rowJSON(`"scale":true,"date":"2025-03-01"`)),
			`row 1: "true" is not a decimal number`,
		},
		"too many digits": {rowsPage("", rowJSON(`"scale":`+strings.Repeat("9", 76))), `is not a decimal number`},
		"too large":       {rowsPage("", rowJSON(`"scale":1e100,"date":"2025-03-01"`)), `is not a decimal number`},
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
		rows := make([]string, map[int]int{1: 1000, 2: 1000, 3: 999}[r.N])
		for i := range rows {
			rows[i] = `{"business_metric_token":"m","date":"2025-03-01","scale":` + strconv.Itoa(r.N*1000+i) + `}`
		}
		return rowsAnswer(`{"unit_costs":[` + strings.Join(rows, ",") + `]}`)
	}})
	rows, err := newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("r"))
	if asked := pagesRequested(t, fake); err != nil || len(rows) != 2999 || len(asked) != 3 {
		t.Errorf("%d rows, %v, requested the pages %v", len(rows), err, asked)
	}
}

// Whatever URL the API reports, the client only sends requests to the configured host, with its own query.
func TestListUnitCosts_followsNoLinks(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{Limits: noLimits, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if r.N == 1 {
			return rowsPage("https://elsewhere.example/steal?page=9", rowJSON(`"scale":1,"date":"2025-03-01"`))
		}
		return rowsPage("", rowJSON(`"scale":2,"date":"2025-03-02"`))
	}})
	hosts := hostsRequested{next: fake.Transport(), requests: map[string]int{}}
	client := newClient(t, fake, func(o *vantage.Options) { o.Transport = hosts })
	if rows, err := client.ListUnitCosts(t.Context(), rowsOf("r")); err != nil || len(rows) != 2 {
		t.Errorf("%v, %v", rows, err)
	}
	if len(hosts.requests) != 1 || hosts.requests["api.vantage.sh"] != 2 {
		t.Errorf("requests by host: %v", hosts.requests)
	}
	pagesRequested(t, fake)
}

type hostsRequested struct {
	next     http.RoundTripper
	requests map[string]int
}

func (h hostsRequested) RoundTrip(r *http.Request) (*http.Response, error) {
	h.requests[r.URL.Host]++
	return h.next.RoundTrip(r)
}

// rowsChain serves full pages with different rows, each but the last with a link to a next page.
func rowsChain(last int) *fakevantage.Server {
	return fakevantage.New(fakevantage.Options{Limits: noLimits, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		rows := make([]string, 1000)
		for i := range rows {
			rows[i] = `{"business_metric_token":"m","date":"2025-03-01","scale":` + strconv.Itoa(r.N*1000+i) + `}`
		}
		if r.N == last {
			return rowsPage("", rows...)
		}
		return rowsPage("https://api.vantage.sh/v2/unit_costs?page=2", rows...)
	}})
}

func TestListUnitCosts_readsLimitedRows(t *testing.T) {
	t.Parallel()
	t.Run("the maximum", func(t *testing.T) {
		t.Parallel()
		rows, err := newClient(t, rowsChain(100)).ListUnitCosts(t.Context(), rowsOf("r"))
		if err != nil || len(rows) != 100_000 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	})
	t.Run("one page with too many rows", func(t *testing.T) {
		t.Parallel()
		page := rowsPage("", slices.Repeat([]string{rowJSON(`"date":"2025-03-01"`)}, 100_001)...)
		fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodGet, page)})
		_, err := newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("r"))
		wantKind(t, err, vantage.TooMany)
	})
	t.Run("an endless chain of pages", func(t *testing.T) {
		t.Parallel()
		fake := rowsChain(-1)
		_, err := newClient(t, fake).ListUnitCosts(t.Context(), rowsOf("r"))
		e := wantKind(t, err, vantage.TooMany)
		if !strings.Contains(e.Error(), "more than 100000 unit costs in the date range; reading stopped at page 100") {
			t.Error(e)
		}
		if asked := pagesRequested(t, fake); len(asked) != 100 {
			t.Errorf("requested %d pages", len(asked))
		}
	})
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
