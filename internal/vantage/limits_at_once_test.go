package vantage_test

import (
	"context"
	"maps"
	"net/http"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

func TestManyRequestsOfARouteAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func(n int, w http.ResponseWriter)
		want   map[int]int // how many of eight begin at each second; each takes a second
	}{
		"no window is told": {
			func(_ int, w http.ResponseWriter) { w.WriteHeader(202) },
			map[int]int{0: 1, 1: 7},
		},
		"a window of our own": {
			func(n int, w http.ResponseWriter) { told(w, 202, 100, 100-n, time.Hour) },
			map[int]int{0: 1, 1: 7},
		},
		"others use the window": {
			func(n int, w http.ResponseWriter) { told(w, 202, 100, 8-n, time.Hour) },
			map[int]int{0: 1, 1: 4, 2: 2, 3: 1},
		},
		"a window that is told no more when it is over": {
			func(n int, w http.ResponseWriter) {
				if n == 1 {
					told(w, 202, 5, 0, 9*time.Second)
				} else {
					w.WriteHeader(202)
				}
			},
			map[int]int{0: 1, 10: 1, 11: 6},
		},
		"a server error in the next window": {
			func(n int, w http.ResponseWriter) {
				switch n {
				case 1:
					told(w, 202, 5, 0, 9*time.Second)
				case 2:
					w.WriteHeader(500)
				default:
					told(w, 202, 100, 99-n, time.Hour)
				}
			},
			map[int]int{0: 1, 10: 1, 11: 1, 12: 6},
		},
		"refused at first": {
			func(n int, w http.ResponseWriter) {
				if n < 3 {
					w.Header().Set("Retry-After", "5")
					w.WriteHeader(429)
				} else {
					w.WriteHeader(202)
				}
			},
			map[int]int{0: 1, 6: 1, 12: 1, 13: 7},
		},
		"no answer at first": {
			func(n int, w http.ResponseWriter) {
				if n == 1 {
					fakevantage.Reset(w, nil)
				}
				w.WriteHeader(202)
			},
			map[int]int{0: 1, 1: 7, 2: 1},
		},
		"refused, then no answer": {
			func(n int, w http.ResponseWriter) {
				switch n {
				case 1:
					w.Header().Set("Retry-After", "5")
					w.WriteHeader(429)
				case 2:
					fakevantage.Reset(w, nil)
				default:
					w.WriteHeader(202)
				}
			},
			map[int]int{0: 1, 6: 1, 7: 1, 8: 7},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
				start := time.Now()
				fake := fakevantage.New(fakevantage.Options{
					Limits:  []fakevantage.RouteLimit{},
					Latency: time.Second,
					Misbehave: func(r fakevantage.Request) http.HandlerFunc {
						return func(w http.ResponseWriter, _ *http.Request) { test.answer(r.Nth, w) }
					},
				})
				client := newClient(t, fake)
				sideBySide(8, func() { get(t, ctx, client, "tok_1") })
				got := map[int]int{}
				for _, r := range fake.Requests() {
					got[int(r.Time.Sub(start).Round(time.Second)/time.Second)]++
				}
				if !maps.Equal(got, test.want) {
					t.Errorf("GETs came at %v, want %v", got, test.want)
				}
			})
		})
	}
}

func TestRequestsUnderWayAreNotTakenForThoseOfOthers(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{
			Latency: time.Second, Limits: limited(1000, time.Hour, 20, time.Hour),
		})
		client := newClient(t, fake)
		token := fake.Add(map[string]any{"cost_report_token": "r"}, time.Now())
		sideBySide(10, func() { get(t, ctx, client, token) })
		start := time.Now()
		sideBySide(10, func() { get(t, ctx, client, token) })
		if took := time.Since(start); took != time.Second {
			t.Errorf("the second ten took %s, though the window had room for all", took)
		}
	})
}

func TestTheFirstRequestOfARouteWaitsShortlyForWindowsThatItMayShare(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		window   time.Duration
		min, max time.Duration
	}{
		"over soon":   {5 * time.Second, 4 * time.Second, 6 * time.Second},
		"not so soon": {30 * time.Second, 0, 0},
		"a long time": {time.Hour, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 2*time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Limits: limited(1, test.window, 1000, time.Hour)})
				client, start := newClient(t, fake), time.Now()
				token := post(t, ctx, client)
				get(t, ctx, client, token)
				if took := time.Since(start); took < test.min || took > test.max {
					t.Errorf("the first GET took %s", took)
				}
				get(t, ctx, client, token)
				wantRequests(t, fake, 1, 2)
			})
		})
	}
}

func TestRequestsUnderWayOnAnotherRouteTakeNoPlace(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{
			Latency: 10 * time.Second, Limits: limited(6, time.Hour, 1000, time.Hour),
		})
		client := newClient(t, fake)
		token := post(t, ctx, client)
		get(t, ctx, client, token)
		start := time.Now()
		go sideBySide(10, func() { get(t, ctx, client, token) })
		time.Sleep(time.Second)
		sideBySide(5, func() { post(t, ctx, client) })
		if took := time.Since(start); took != 11*time.Second || fake.Refused() > 0 {
			t.Errorf("took %s with %d refused, want 11 s", took, fake.Refused())
		}
	})
}

func TestANewRouteDoesNotTakeAnothersWindowOver(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Latency: time.Second, Limits: limited(2, 5*time.Second, 1000, time.Hour)})
		client := newClient(t, fake)
		token := post(t, ctx, client)
		time.Sleep(6 * time.Second)
		get(t, ctx, client, token)
		start := time.Now()
		sideBySide(3, func() { post(t, ctx, client) })
		if took := time.Since(start); took < 4*time.Second || took > 8*time.Second || fake.Refused() > 0 {
			t.Errorf("took %s with %d refused, want a wait for the next window", took, fake.Refused())
		}
	})
}

func TestALateAnswerDoesNotUndoALaterWindow(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		start := time.Now()
		// The second answer is overtaken by the third, which tells of a later window with nothing left.
		fake := fakevantage.New(fakevantage.Options{
			Limits: []fakevantage.RouteLimit{},
			Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				return func(w http.ResponseWriter, _ *http.Request) {
					switch r.Nth {
					case 1:
						told(w, 202, 60, 59, 100*time.Second)
					case 2:
						time.Sleep(3 * time.Second)
						told(w, 202, 60, 58, 50*time.Second)
					case 3:
						told(w, 202, 60, 0, 199*time.Second)
					default:
						told(w, 202, 60, 50, time.Hour)
					}
				}
			},
		})
		client := newClient(t, fake)
		get(t, ctx, client, "tok_1")
		go sideBySide(1, func() { get(t, ctx, client, "tok_1") })
		time.Sleep(time.Second)
		get(t, ctx, client, "tok_1")
		time.Sleep(5 * time.Second)
		get(t, ctx, client, "tok_1")
		if at := time.Since(start); at < 199*time.Second || at > 202*time.Second {
			t.Errorf("the last GET was answered after %s, want 200 s", at)
		}
	})
}
