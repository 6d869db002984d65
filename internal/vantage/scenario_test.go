package vantage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// scenario is an account under load as Terraform makes it. The tests assert how it ends and the benchmarks report it.
type scenario struct {
	name    string
	exports int
	atOnce  int // how many are created side by side; 10 when zero, as Terraform does
	options fakevantage.Options
	// taken is how many GETs another client has made in the window before, and others how many requests it makes in each
	// window, at random moments.
	taken, others int
	curl          bool // whether it is compared with a curl loop
	// maxPollInterval is an option of the client.
	maxPollInterval time.Duration
	// least is the shortest time that is possible, where outcome.bound cannot tell.
	least time.Duration

	want want
}

// want is the most that is accepted, of exports of which none fails; what is zero is not limited.
type want struct {
	requests int
	rejected int // -1: not limited
	lag      time.Duration
	total    time.Duration
	ofBound  float64 // the total as a multiple of the shortest time that is possible
}

// outcome is what a scenario cost.
type outcome struct {
	requests, rejected, failures int
	lag                          time.Duration // the longest between an export being ready and its wait ending
	lagShare                     float64
	posts                        time.Duration // from the first POST to the last
	total                        time.Duration
	leastRequests                int // a POST and a GET for each export
	leastTime                    time.Duration
}

const latency = 40 * time.Millisecond // of each request

// run plays a scenario in virtual time, each export by a call of follow.
func (s scenario) run(t *testing.T, newFollower newFollower) (o outcome) {
	t.Helper()
	if s.atOnce == 0 {
		s.atOnce = 10
	}
	synctest.Test(t, func(t *testing.T) {
		s.options.Latency = latency
		time.Sleep(700 * time.Millisecond) // requests do not start at the begin of a window, nor of a second
		fake := fakevantage.New(s.options)
		follow := newFollower(t, fake, s)
		fake.Take(s.taken, http.MethodGet, "/v2/data_exports/any")
		stop := s.shareWith(t.Context(), fake)
		start := time.Now()
		var mu sync.Mutex
		noticed := map[string]time.Time{} // when the wait for an export ended, by its token
		jobs := make(chan int, s.exports)
		for i := range s.exports {
			jobs <- i
		}
		close(jobs)
		sideBySide(s.atOnce, func() {
			for range jobs {
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
				token, err := follow(ctx)
				cancel()
				mu.Lock()
				if err != nil {
					t.Logf("%v", err)
				}
				noticed[token] = time.Now()
				mu.Unlock()
			}
		})
		stop()
		o.total = time.Since(start)
		o.failures = s.exports
		for token, e := range fake.Exports() {
			if at, ok := noticed[token]; ok && !e.CompletedAt.IsZero() {
				o.failures--
				lag := at.Sub(e.CompletedAt.Add(-s.options.ClockAhead))
				o.lag = max(o.lag, lag)
				o.lagShare += float64(lag) / float64(e.CompletedAt.Sub(e.CreatedAt)) / float64(s.exports)
			}
		}
		o.requests, o.rejected = len(fake.Requests()), fake.Refused()
		for _, r := range fake.Requests() {
			if r.Method == http.MethodPost {
				o.posts = r.Time.Sub(start)
			}
		}
		o.leastRequests = 2 * s.exports
		o.leastTime = s.bound(fake, start.Add(s.options.ClockAhead))
	})
	return o
}

// bound returns the shortest time in which all exports can be followed with a POST and a GET each: what they take at
// the server, as many side by side as are allowed, or what the limits take, whichever is longer. A limit of n requests
// lets the first n go at once, and the next with each window after that; one of all routes has a first window that
// began before the start.
func (s scenario) bound(fake *fakevantage.Server, start time.Time) time.Duration {
	if s.least > 0 {
		return s.least
	}
	// An export takes until it is ready, but at least the Retry-After.
	retryAfter, err := time.ParseDuration(string(s.options.RetryAfter) + "s")
	if err != nil {
		retryAfter = 0
	}
	var longest time.Duration
	for _, e := range fake.Exports() {
		longest = max(longest, e.CompletedAt.Sub(e.CreatedAt), retryAfter)
	}
	least := longest * time.Duration((s.exports+s.atOnce-1)/s.atOnce)
	windows := func(requests, limit int, window time.Duration) time.Duration {
		return time.Duration((requests-1)/limit) * window
	}
	switch {
	case s.options.SilentLimit:
	case s.options.Limit > 0:
		begun := start.Sub(start.Truncate(s.options.Window))
		least = max(least, windows(2*s.exports, s.options.Limit, s.options.Window)-begun)
	default:
		for _, l := range s.options.Limits {
			least = max(least, windows(s.exports, l.Requests, l.Window)+longest)
		}
	}
	return least
}

// follower creates an export, waits for its completion, and returns its token.
type follower func(ctx context.Context) (token string, err error)

type newFollower func(*testing.T, *fakevantage.Server, scenario) follower

// newProvider follows an export with a client. Its many requests differ from those of other tests by their times only:
// they are not validated.
func newProvider(t *testing.T, fake *fakevantage.Server, s scenario) follower {
	t.Helper()
	client, err := vantage.New(vantage.Options{
		APIToken: apiToken, Transport: fake.Transport(), MaxPollInterval: s.maxPollInterval,
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context) (string, error) {
		done, err := export(ctx, client)
		if err != nil {
			return "", err
		}
		return done.Token, nil
	}
}

// sideBySide runs f n times, and returns when all have returned.
func sideBySide(n int, f func()) {
	var group sync.WaitGroup
	for range n {
		group.Go(f)
	}
	group.Wait()
}

// tenAtATime runs f as often as Terraform runs operations side by side, and returns when all have returned.
func tenAtATime(f func()) { sideBySide(10, f) }

// shareWith lets another client use up a part of each window, until the returned function is called.
func (s scenario) shareWith(ctx context.Context, fake *fakevantage.Server) (stop context.CancelFunc) {
	ctx, stop = context.WithCancel(ctx)
	random := rand.New(rand.NewPCG(1, 2))
	for range s.others {
		within := time.Duration(random.Int64N(int64(s.options.Window)))
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
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o := s.run(t, newProvider)
			t.Log(o)
			s.want.check(t, o)
		})
	}
}

func (o outcome) String() string {
	ms := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	return fmt.Sprintf("%d requests (at least %d), %d rejected, %d failed; lag at most %s, %.1f %% in the mean; "+
		"last POST after %s; total %s, %.2f of %s",
		o.requests, o.leastRequests, o.rejected, o.failures, ms(o.lag), 100*o.lagShare,
		ms(o.posts), ms(o.total), float64(o.total)/float64(o.leastTime), ms(o.leastTime))
}

func (w want) check(t *testing.T, o outcome) {
	t.Helper()
	if o.failures > 0 {
		t.Errorf("%d exports failed", o.failures)
	}
	if w.requests > 0 && o.requests > w.requests {
		t.Errorf("%d requests, at most %d are accepted", o.requests, w.requests)
	}
	if w.rejected >= 0 && o.rejected > w.rejected {
		t.Errorf("%d rejected, at most %d are accepted", o.rejected, w.rejected)
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
}
