package ratelimit

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

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
		acquire().Done(&http.Response{StatusCode: 200, Header: http.Header{
			"X-Rate-Limit-Limit":     {"5"},
			"X-Rate-Limit-Remaining": {"5"},
			"X-Rate-Limit-Reset":     {strconv.FormatInt(time.Now().Add(5*time.Second).Unix(), 10)},
		}})
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
