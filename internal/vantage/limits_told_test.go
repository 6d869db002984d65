package vantage_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// told answers a GET of a pending export, and tells of a window that ends after some seconds.
func told(w http.ResponseWriter, status, limit, remaining int, ends time.Duration) {
	w.Header().Set("X-Rate-Limit-Limit", fmt.Sprint(limit))
	w.Header().Set("X-Rate-Limit-Remaining", fmt.Sprint(remaining))
	w.Header().Set("X-Rate-Limit-Reset", fmt.Sprint(time.Now().Add(ends).Unix()))
	w.WriteHeader(status)
}

func TestWhatTheAnswersOfARouteTell(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// answer is what the nth GET is answered with.
		answer func(n int, w http.ResponseWriter)
		// want are the times at which GETs come that are made one after another, in seconds.
		want []int
	}{
		"two windows in turn": {
			func(n int, w http.ResponseWriter) {
				if n%2 == 1 {
					told(w, 202, 1000, 1000-n, time.Hour)
				} else {
					told(w, 202, 5, 0, 10*time.Second)
				}
			},
			[]int{0, 0, 10, 10, 20},
		},
		"no window any more": {
			func(n int, w http.ResponseWriter) {
				if n == 1 {
					told(w, 202, 5, 0, 10*time.Second)
				} else {
					w.WriteHeader(202)
				}
			},
			[]int{0, 10, 10, 10, 10},
		},
		"an end that moves a second back": {
			func(n int, w http.ResponseWriter) {
				told(w, 202, 5, 3, 10*time.Second+time.Duration(n%2)*time.Second)
			},
			[]int{0, 0, 0, 0, 0, 11},
		},
		"an end that moves a second on": {
			func(n int, w http.ResponseWriter) {
				told(w, 202, 5, 3, 11*time.Second-time.Duration(n%2)*time.Second)
			},
			[]int{0, 0, 0, 0, 0, 11},
		},
		"an end that moves on with each answer": {
			func(n int, w http.ResponseWriter) {
				told(w, 202, 5, 3, 10*time.Second+time.Duration(2*n)*time.Second)
			},
			[]int{0, 0, 0, 0, 0, 0, 0},
		},
		"an end that has passed": {
			func(_ int, w http.ResponseWriter) { told(w, 202, 5, 0, 0) },
			[]int{0, 0, 0},
		},
		"an end in more than a day": {
			func(_ int, w http.ResponseWriter) { told(w, 202, 5, 0, 25*time.Hour) },
			[]int{0, 0, 0},
		},
		"an end in a day": {
			func(_ int, w http.ResponseWriter) { told(w, 202, 5, 0, 24*time.Hour) },
			[]int{0, 24 * 3600},
		},
		"a window that is told no more before it is over": {
			func(n int, w http.ResponseWriter) {
				if n == 1 {
					told(w, 202, 5, 2, 10*time.Second)
				} else {
					told(w, 202, 1000, 1000-n, time.Hour)
				}
			},
			[]int{0, 0, 0, 10, 10, 10},
		},
		"more than was left before": {
			func(n int, w http.ResponseWriter) {
				told(w, 202, 5, 3, 10*time.Second-time.Duration(time.Now().Unix()%10)*time.Second)
			},
			[]int{0, 0, 0, 0, 0, 10},
		},
		"a window that others have used": {
			func(n int, w http.ResponseWriter) { told(w, 202, 100, max(0, 2-n), 10*time.Second) },
			[]int{0, 0, 10, 20},
		},
		"429 with another window's room": {
			func(n int, w http.ResponseWriter) {
				if n == 2 {
					told(w, 429, 1000, 990, time.Hour)
				} else {
					told(w, 202, 1000, 990-n, time.Hour)
				}
			},
			[]int{0, 0, 1, 1},
		},
		"429 with no window": {
			func(n int, w http.ResponseWriter) {
				if n == 2 || n == 3 {
					w.WriteHeader(429)
				} else {
					told(w, 202, 1000, 990-n, time.Hour)
				}
			},
			[]int{0, 0, 1, 3, 3},
		},
		"429 with a window that is used up": {
			func(n int, w http.ResponseWriter) {
				if n == 2 {
					told(w, 429, 5, 0, 7*time.Second)
				} else {
					told(w, 202, 1000, 990-n, time.Hour)
				}
			},
			[]int{0, 0, 7, 7},
		},
		"429 again and again with windows that are used up": {
			func(n int, w http.ResponseWriter) {
				told(w, map[bool]int{true: 202, false: 429}[n > 6], 5, 0, 5*time.Second)
			},
			[]int{0, 5, 10, 15, 20, 25, 30, 35},
		},
		"429 with Retry-After and a longer window": {
			func(n int, w http.ResponseWriter) {
				if n == 2 {
					w.Header().Set("Retry-After", "3")
					told(w, 429, 5, 0, 7*time.Second)
				} else {
					told(w, 202, 1000, 990-n, time.Hour)
				}
			},
			[]int{0, 0, 7, 7},
		},
		"429 with Retry-After beyond its window": {
			func(n int, w http.ResponseWriter) {
				if n == 2 {
					w.Header().Set("Retry-After", "20")
					told(w, 429, 5, 0, 7*time.Second)
				} else {
					told(w, 202, 1000, 990-n, time.Hour)
				}
			},
			[]int{0, 0, 20, 20},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 30*time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{
					Limits: []fakevantage.RouteLimit{},
					Misbehave: func(r fakevantage.Request) http.HandlerFunc {
						return func(w http.ResponseWriter, _ *http.Request) { test.answer(r.Nth, w) }
					},
				})
				client, start := newClient(t, fake), time.Now()
				for len(fake.Requests()) < len(test.want) && !t.Failed() {
					get(t, ctx, client, "tok_1")
				}
				var got []int
				for _, r := range fake.Requests() {
					got = append(got, int(r.Time.Sub(start).Round(time.Second)/time.Second))
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("GETs came at %v, want %v", got, test.want)
				}
			})
		})
	}
}

func TestTheLogTellsWhatIsLeftAndEachWait(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{
			Limits: []fakevantage.RouteLimit{},
			Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				return func(w http.ResponseWriter, _ *http.Request) {
					switch r.Nth {
					case 1:
						w.WriteHeader(202)
					case 2:
						told(w, 202, 1000, 990, time.Hour)
					case 3:
						told(w, 202, 5, 1, 10*time.Second)
					case 4:
						told(w, 202, 1000, 980, time.Hour)
					default:
						told(w, 202, 1000, 970, time.Hour)
					}
				}
			},
		})
		var log strings.Builder
		client := newClient(t, fake, func(o *vantage.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		for range 5 {
			get(t, ctx, client, "tok_1")
		}
		got := regexp.MustCompile(`remaining=\S+|msg=waited duration=\S+`).FindAllString(log.String(), -1)
		want := []string{
			"remaining=-1", "remaining=990", "remaining=1", "remaining=0", "msg=waited duration=10s", "remaining=970",
		}
		if !slices.Equal(got, want) {
			t.Errorf("the log has %q, want %q", got, want)
		}
	})
}
