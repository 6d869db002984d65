package vantage_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// Reading stops after 100 pages or 64 MiB.
func TestListUnitCosts_stopsAtBounds(t *testing.T) {
	t.Parallel()
	const next = "https://api.vantage.sh/v2/unit_costs?page=2"
	row := func(n int) string { return rowJSON(fmt.Sprintf(`"scale":%d,"date":"2025-03-01"`, n)) }
	padding := strings.Repeat("x", 23<<20)
	long := func(n int) http.HandlerFunc {
		return fakevantage.Answer(200, `{"links":{"next":"`+next+`"},"padding":"`+padding+`","unit_costs":[`+row(n)+`]}`)
	}
	for name, test := range map[string]struct {
		page     func(n int) http.HandlerFunc
		kind     vantage.ErrorKind
		says     string
		requests int
	}{
		"one row a page": {
			func(n int) http.HandlerFunc { return rowsPage(next, row(n)) },
			vantage.Malformed, "page 100 of the unit costs is invalid: it links to a next page after only 100 rows", 100,
		},
		"long pages": {
			long,
			vantage.TooMany, "longer than 64 MiB; reading stopped at page 3", 3,
		},
		"a page that is too long": {
			func(int) http.HandlerFunc { return fakevantage.Flood(25) },
			vantage.TooMany, "the response is longer than 24 MiB", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					return test.page(r.N)
				}})
				_, err := newClient(t, fake).ListUnitCosts(ctx, rowsOf("r"))
				if e := wantKind(t, err, test.kind); !strings.Contains(e.Error(), test.says) {
					t.Errorf("%v, want %s", e, test.says)
				}
				if n := len(fake.Requests()); n != test.requests {
					t.Errorf("%d requests were made, want %d", n, test.requests)
				}
			})
		})
	}
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
