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

// What a server may send without end, or at too great a length, is read no further than a hundred pages or 64 MiB.
func TestUnitCostsAreReadWithinBounds(t *testing.T) {
	t.Parallel()
	const next = "https://api.vantage.sh/v2/unit_costs?page=2"
	row := func(n int) string { return rowJSON(fmt.Sprintf(`"scale":%d,"date":"2025-03-01"`, n)) }
	padding := strings.Repeat("x", 23<<20)
	long := func(n int) http.HandlerFunc {
		return fakevantage.Answer(200, `{"links":{"next":"`+next+`"},"padding":"`+padding+`","unit_costs":[`+row(n)+`]}`)
	}
	for name, test := range map[string]struct {
		answer   func(n int) http.HandlerFunc
		kind     vantage.ErrorKind
		says     string
		requests int
	}{
		"ever another row": {
			func(n int) http.HandlerFunc { return rowsPage(next, row(n)) },
			vantage.Malformed, "page 100 of the unit costs is malformed: it says that there are more, after 100 rows", 100,
		},
		"ever more text": {
			long,
			vantage.TooMany, "longer than 64 MiB; reading stopped at page 3", 3,
		},
		"an answer that is too long": {
			func(int) http.HandlerFunc { return fakevantage.Flood(25) },
			vantage.TooMany, "the response is longer than 24 MiB", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					return test.answer(r.N)
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

func TestATimeoutCountsAllPagesOfUnitCosts(t *testing.T) {
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
			t.Errorf("it says %s", e.Waited)
		}
	})
}
