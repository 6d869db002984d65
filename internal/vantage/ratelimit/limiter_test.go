package ratelimit

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// respond ends a request with a response that has the headers of a window.
func respond(r *Request, status, remaining int, reset time.Time) {
	r.Done(&http.Response{StatusCode: status, Header: http.Header{
		"X-Rate-Limit-Limit":     {"1000"},
		"X-Rate-Limit-Remaining": {strconv.Itoa(remaining)},
		"X-Rate-Limit-Reset":     {strconv.FormatInt(reset.Unix(), 10)},
	}})
}

func TestLimiter_rejectionsTogetherExtendTheWindowOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l Limiter
		acquire := func() *Request {
			r, err := l.Acquire(t.Context(), "GET /")
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		reset := time.Now().Add(5 * time.Second)
		respond(acquire(), http.StatusOK, 1000, reset)
		var together []*Request
		for range 10 {
			together = append(together, acquire())
		}
		for _, r := range together {
			respond(r, http.StatusTooManyRequests, 0, reset)
		}
		start := time.Now()
		acquire()
		if delay := time.Since(start); delay < 5*time.Second || delay > 6*time.Second {
			t.Errorf("delayed for %s, want 5 s and at most one more", delay)
		}
	})
}

// A server that reports a window that is over, with each 429.
func TestLimiter_backsOffIfTheWindowIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
		defer cancel()
		var l Limiter
		requests := 0
		for {
			r, err := l.Acquire(ctx, "POST /")
			if err != nil {
				break
			}
			requests++
			respond(r, http.StatusTooManyRequests, 0, time.Now())
		}
		if requests > 70 {
			t.Errorf("%d requests in 30 minutes, want one in 30 s", requests)
		}
	})
}

// A 429 to a request that was sent before the end of its window, and received after it.
func TestLimiter_rejectionThatArrivesAfterTheWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var l Limiter
		acquire := func() *Request {
			r, err := l.Acquire(ctx, "GET /")
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		respond(acquire(), http.StatusOK, 1000, time.Now().Add(5*time.Second))
		slow := acquire()
		time.Sleep(6 * time.Second)
		acquire().Done(&http.Response{StatusCode: 200, Header: http.Header{}})
		slow.Done(&http.Response{StatusCode: 429, Header: http.Header{}})
		start := time.Now()
		acquire()
		if delay := time.Since(start); delay < 900*time.Millisecond || delay > time.Second {
			t.Errorf("delayed for %s, want a second", delay)
		}
	})
}
