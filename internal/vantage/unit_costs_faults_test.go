package vantage_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// A page that makes no sense is named, and nothing is asked for after it.
func TestUnitCostsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	const next = "https://api.vantage.sh/v2/unit_costs?page=2"
	good := row(`"unit_cost_amount":"1","date":"2025-03-01"`)
	for name, test := range map[string]struct {
		second http.HandlerFunc
		want   string
	}{
		"repeats":         {page(next, good), "page 2 of the unit costs makes no sense: it repeats page 1"},
		"repeats and end": {page("", good), "it repeats page 1"},
		"empty and more":  {page(next), "page 2 of the unit costs makes no sense: it has no rows, and says"},
		"no list":         {answer(`{"links":{}}`), "page 2 of the unit costs makes no sense: it has no list unit_costs"},
		"null":            {answer(`null`), "it has no list unit_costs"},
		"another list":    {answer(`{"unit_costs":{}}`), "page 2 of the unit costs makes no sense"},
		"odd link":        {answer(`{"links":{"next":2},"unit_costs":[]}`), "page 2 of the unit costs makes no sense"},
		"null row":        {page("", "null"), "row 1: it names no business metric"},
		"no date":         {page("", good, row(`"unit_cost_amount":"1"`)), "row 2: it has no date"},
		"odd date":        {page("", row(`"date":"March"`)), `row 1: "March" is not a date`},
		"number as date":  {page("", row(`"date":20250301`)), `row 1: a date has to be a string`},
		"no number":       {page("", row(`"unit_cost_amount":"1,5"`)), `row 1: "1,5" is not a decimal number`},
		"empty number":    {page("", row(`"scale":"","date":"2025-03-01"`)), `row 1: "" is not a decimal number`},
		"true as number":  {page("", row(`"scale":true,"date":"2025-03-01"`)), `row 1: "true" is not a decimal number`},
		"too many digits": {page("", row(`"scale":`+strings.Repeat("9", 76))), `is not a decimal number`},
		"too large":       {page("", row(`"scale":1e100,"date":"2025-03-01"`)), `is not a decimal number`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.N == 1 {
					return page(next, good)
				}
				return test.second
			}})
			_, err := newClient(t, fake).ListUnitCosts(t.Context(), listOf("r"))
			if e := wantKind(t, err, vantage.Malformed); !strings.Contains(e.Error(), test.want) || e.Path != "/v2/unit_costs" {
				t.Errorf("%v, want %s", e, test.want)
			}
			if asked := pagesAsked(t, fake); !slices.Equal(asked, []string{"1", "2"}) {
				t.Errorf("asked for the pages %v", asked)
			}
		})
	}
}

func TestUnitCostsWithoutLinks(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		rows := make([]string, map[int]int{1: 1000, 2: 1000, 3: 999}[r.N])
		for i := range rows {
			rows[i] = row(fmt.Sprintf(`"scale":%d,"date":"2025-03-01"`, r.N*1000+i))
		}
		return answer(`{"unit_costs":[` + strings.Join(rows, ",") + `]}`)
	}})
	rows, err := newClient(t, fake).ListUnitCosts(t.Context(), listOf("r"))
	if asked := pagesAsked(t, fake); err != nil || len(rows) != 2999 || len(asked) != 3 {
		t.Errorf("%d rows, %v, asked for the pages %v", len(rows), err, asked)
	}
}

// The server's links may lead anywhere: only the configured host is asked, with a query of our own.
func TestUnitCostsFollowNoLink(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if r.N == 1 {
			return page("https://elsewhere.example/steal?page=9", row(`"scale":1,"date":"2025-03-01"`))
		}
		return page("", row(`"scale":2,"date":"2025-03-02"`))
	}})
	hosts := hostsAsked{next: fake.Transport(), asked: map[string]int{}}
	client := newClient(t, fake, func(o *vantage.Options) { o.Transport = hosts })
	if rows, err := client.ListUnitCosts(t.Context(), listOf("r")); err != nil || len(rows) != 2 {
		t.Errorf("%v, %v", rows, err)
	}
	if len(hosts.asked) != 1 || hosts.asked["api.vantage.sh"] != 2 {
		t.Errorf("asked %v", hosts.asked)
	}
	pagesAsked(t, fake)
}

type hostsAsked struct {
	next  http.RoundTripper
	asked map[string]int
}

func (h hostsAsked) RoundTrip(r *http.Request) (*http.Response, error) {
	h.asked[r.URL.Host]++
	return h.next.RoundTrip(r)
}

// chain answers with full pages, each with other rows, and says of all but the last that there are more.
func chain(last int) *fakevantage.Server {
	return fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		rows := make([]string, 1000)
		for i := range rows {
			rows[i] = row(fmt.Sprintf(`"scale":%d,"date":"2025-03-01"`, r.N*1000+i))
		}
		if r.N == last {
			return page("", rows...)
		}
		return page("https://api.vantage.sh/v2/unit_costs?page=2", rows...)
	}})
}

func TestUnitCostsHaveAnEnd(t *testing.T) {
	t.Parallel()
	t.Run("as many as are read", func(t *testing.T) {
		t.Parallel()
		rows, err := newClient(t, chain(100)).ListUnitCosts(t.Context(), listOf("r"))
		if err != nil || len(rows) != 100_000 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	})
	t.Run("a chain without an end", func(t *testing.T) {
		t.Parallel()
		fake, request := chain(-1), listOf("r")
		request.BusinessMetricToken = "another" // none is kept, and all are counted
		_, err := newClient(t, fake).ListUnitCosts(t.Context(), request)
		e := wantKind(t, err, vantage.TooMany)
		if !strings.Contains(e.Error(), "more than 100000 unit costs between the dates; reading stopped at page 100") {
			t.Error(e)
		}
		if asked := pagesAsked(t, fake); len(asked) != 100 {
			t.Errorf("asked for %d pages", len(asked))
		}
	})
}

// A page that was mangled on its way is asked for again, and only that one.
func TestUnitCostsAfterFaults(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			return map[int]http.HandlerFunc{
				2: fakevantage.HTML(http.StatusBadGateway), 3: fakevantage.HTML(http.StatusOK), 4: fakevantage.CutOff,
			}[r.N]
		}})
		fake.SetUnitCosts(daily(1500)...)
		rows, err := newClient(t, fake).ListUnitCosts(ctx, listOf("rprt_1"))
		if err != nil || len(rows) != 1500 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if asked := pagesAsked(t, fake); !slices.Equal(asked, []string{"1", "2", "2", "2", "2"}) {
			t.Errorf("asked for the pages %v", asked)
		}
	})
}
