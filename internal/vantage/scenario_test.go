package vantage_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// scenario is an account under load as Terraform makes it: some exports, ten at a time. The tests assert how it ends and
// the benchmarks report it.
type scenario struct {
	name    string
	exports int
	timeout time.Duration
	options fakevantage.Options
	// others is how many requests somebody else makes in each window: at random moments, or first thing in it where the window is
	// too short for that to mean anything.
	others int

	want want
}

// want is the most that is accepted; what is zero is not looked at.
type want struct {
	requests int
	refused  int // -1: not looked at
	lag      time.Duration
	total    time.Duration
	// ofBound is how much longer than the lower bound for the requests that were made it may take in all.
	ofBound float64
}

// outcome is what a scenario cost.
type outcome struct {
	requests, refused, failures int
	lag                         time.Duration // the longest between an export being ready and its wait ending
	total                       time.Duration
	leastRequests               int           // a POST and a GET for each export
	leastTime                   time.Duration // for the requests made, or the exports in their turn, whichever is longer
}

const hour = 1000 // requests an account has in it

var scenarios = []scenario{
	{
		name: "1 export, exact Retry-After", exports: 1, timeout: time.Hour,
		options: fakevantage.Options{ReadyAfter: 95 * time.Second, RetryAfter: fakevantage.Exact},
		want:    want{requests: 2, lag: time.Second},
	},
	{
		name: "1 export after 10 minutes, no Retry-After", exports: 1, timeout: time.Hour,
		options: fakevantage.Options{ReadyAfter: 10 * time.Minute, Limit: hour, Window: time.Hour},
		want:    want{requests: 30, lag: 30 * time.Second},
	},
	{
		name: "40 exports, 5 requests per 5 s, Retry-After 1", exports: 40, timeout: 30 * time.Minute,
		options: fakevantage.Options{ReadyAfter: 5 * time.Second, RetryAfter: "1", Limit: 5, Window: 5 * time.Second},
		want:    want{requests: 100, refused: 2, ofBound: 1.15},
	},
	{
		name: "500 exports, 1000 requests per hour, exact Retry-After", exports: 500, timeout: 3 * time.Hour,
		options: fakevantage.Options{ReadyAfter: time.Minute, RetryAfter: fakevantage.Exact, Limit: hour, Window: time.Hour},
		want:    want{requests: 1000, total: time.Hour},
	},
	{
		name: "500 exports, 1000 requests per hour, no Retry-After", exports: 500, timeout: 3 * time.Hour,
		options: fakevantage.Options{ReadyAfter: time.Minute, Limit: hour, Window: time.Hour},
		want:    want{total: 2 * time.Hour},
	},
	{
		name: "500 exports, 1000 requests per hour, half taken by another client", exports: 500, timeout: 3 * time.Hour, others: hour / 2,
		options: fakevantage.Options{ReadyAfter: time.Minute, RetryAfter: fakevantage.Exact, Limit: hour, Window: time.Hour},
		want:    want{refused: 2},
	},
	{
		name: "40 exports, another client takes half of 5 per 5 s", exports: 40, timeout: time.Hour, others: 3,
		options: fakevantage.Options{ReadyAfter: 5 * time.Second, RetryAfter: "1", Limit: 5, Window: 5 * time.Second, RefusalRetryAfter: true},
		want:    want{refused: 2},
	},
	{
		name: "40 exports, server's clock 10 minutes ahead", exports: 40, timeout: 30 * time.Minute,
		options: fakevantage.Options{ReadyAfter: 5 * time.Second, RetryAfter: "1", Limit: 5, Window: 5 * time.Second, ClockAhead: 10*time.Minute + 300*time.Millisecond},
		want:    want{requests: 100, refused: 2, ofBound: 1.15},
	},
	{
		name: "40 exports, server's clock 10 minutes behind", exports: 40, timeout: 30 * time.Minute,
		options: fakevantage.Options{ReadyAfter: 5 * time.Second, RetryAfter: "1", Limit: 5, Window: 5 * time.Second, ClockAhead: -10*time.Minute - 300*time.Millisecond},
		want:    want{requests: 100, refused: 2, ofBound: 1.15},
	},
	{
		name: "40 exports, a limit of 5 per 5 s that no header tells", exports: 40, timeout: 30 * time.Minute,
		options: fakevantage.Options{ReadyAfter: 5 * time.Second, RetryAfter: "5", Limit: 5, Window: 5 * time.Second, SilentLimit: true},
		want:    want{refused: -1},
	},
}

// run plays a scenario in virtual time.
func (s scenario) run(t *testing.T) (o outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s.options.Latency = 40 * time.Millisecond
		time.Sleep(700 * time.Millisecond) // nobody starts at the begin of a window
		fake := fakevantage.New(s.options)
		client := newClient(t, fake)
		stop := s.shareWith(t.Context(), fake)
		start := time.Now()
		var mu sync.Mutex
		jobs := make(chan int, s.exports)
		for i := range s.exports {
			jobs <- i
		}
		close(jobs)
		tenAtATime(func() {
			for range jobs {
				ctx, cancel := context.WithTimeout(t.Context(), s.timeout)
				done, err := export(ctx, client)
				cancel()
				mu.Lock()
				if err != nil {
					o.failures++
					t.Logf("%v", err)
				} else {
					created := fake.Exports()[done.Token].CreatedAt.Add(-s.options.ClockAhead)
					o.lag = max(o.lag, time.Since(created.Add(s.options.ReadyAfter)))
				}
				mu.Unlock()
			}
		})
		stop()
		o.total = time.Since(start)
		o.requests, o.refused = len(fake.Requests()), fake.Refused()
		o.leastRequests = 2 * s.exports
		o.leastTime = s.options.ReadyAfter * time.Duration((s.exports+9)/10)
		if s.options.Limit > 0 && !s.options.SilentLimit {
			// What the first window has no place for needs others, and can go at the begin of the last.
			o.leastTime = max(o.leastTime, s.options.Window*time.Duration((o.requests-1)/s.options.Limit))
		}
	})
	return o
}

// tenAtATime runs f as often as Terraform runs operations side by side, and returns when all have returned.
func tenAtATime(f func()) {
	var group sync.WaitGroup
	for range 10 {
		group.Go(f)
	}
	group.Wait()
}

// shareWith lets somebody else use up a part of each window, until the returned function is called.
func (s scenario) shareWith(ctx context.Context, fake *fakevantage.Server) (stop context.CancelFunc) {
	ctx, stop = context.WithCancel(ctx)
	random := rand.New(rand.NewPCG(1, 2))
	for range s.others {
		within := time.Duration(random.Int64N(int64(s.options.Window)))
		if s.options.Window < time.Minute {
			within = 0
		}
		go func() {
			for {
				now := time.Now().Add(s.options.ClockAhead)
				next := now.Truncate(s.options.Window).Add(within).Sub(now)
				if next <= 0 {
					next += s.options.Window
				}
				select {
				case <-time.After(next):
					fake.Take(1, http.MethodGet, "/v2/data_exports/any")
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	return stop
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o, w := s.run(t), s.want
			t.Logf("%d requests (at least %d), %d refused, lag %s, total %s (at least %s)", o.requests, o.leastRequests, o.refused, o.lag.Round(time.Millisecond), o.total.Round(time.Millisecond), o.leastTime)
			if o.failures > 0 {
				t.Errorf("%d exports failed", o.failures)
			}
			if w.requests > 0 && o.requests > w.requests {
				t.Errorf("%d requests, at most %d are accepted", o.requests, w.requests)
			}
			if w.refused >= 0 && o.refused > w.refused {
				t.Errorf("%d refused, at most %d are accepted", o.refused, w.refused)
			}
			if w.lag > 0 && o.lag > w.lag {
				t.Errorf("lag %s, at most %s is accepted", o.lag, w.lag)
			}
			if w.total > 0 && o.total > w.total {
				t.Errorf("took %s, at most %s is accepted", o.total, w.total)
			}
			if most := time.Duration(w.ofBound * float64(o.leastTime)); most > 0 && o.total > most {
				t.Errorf("took %s, at most %s is accepted", o.total, most)
			}
		})
	}
}
