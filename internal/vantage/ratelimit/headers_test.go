package ratelimit

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const date = "Wed, 21 Oct 2015 07:00:00 GMT"
	for name, test := range map[string]struct {
		value, date string
		want        time.Duration
	}{
		"seconds":             {"120", "", 2 * time.Minute},
		"a day":               {"86400", "", 24 * time.Hour},
		"a second more":       {"86401", "", 0},
		"negative":            {"-1", "", 0},
		"overflow":            {"99999999999999999999", "", 0},
		"missing":             {"", "", 0},
		"words":               {"soon", "", 0},
		"date":                {"Wed, 21 Oct 2015 07:28:00 GMT", date, 28 * time.Minute},
		"past date":           {"Wed, 21 Oct 2015 06:59:58 GMT", date, 0},
		"date of next week":   {"Wed, 28 Oct 2015 07:00:00 GMT", date, 0},
		"past without a Date": {date, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := RetryAfter(http.Header{"Retry-After": {test.value}, "Date": {test.date}}); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"", "0", "120", "-1", "1e3", " 5 ", "Wed, 21 Oct 2015 07:28:00 GMT"} {
		f.Add(value, "Wed, 21 Oct 2015 07:00:00 GMT")
		f.Add(value, "")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		if delay := RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}); delay < 0 || delay > maxDelay {
			t.Errorf("%s", delay)
		}
	})
}

// Whatever a server reports, no request is delayed for more than a day, or forever.
func FuzzLimiter(f *testing.F) {
	f.Add("1000", "999", "1445410800", "Wed, 21 Oct 2015 07:00:00 GMT", 200)
	f.Add("5", "0", "1445410801", "", 429)
	f.Add("0", "-1", "9223372036854775807", "x", 429)
	f.Add("", "", "", "", 500)
	f.Fuzz(func(t *testing.T, limit, remaining, reset, date string, status int) {
		synctest.Test(t, func(t *testing.T) {
			var l Limiter
			r, err := l.Acquire(t.Context(), "GET /")
			if err != nil {
				t.Fatal(err)
			}
			r.Done(&http.Response{StatusCode: status, Header: http.Header{
				"X-Rate-Limit-Limit":     {limit},
				"X-Rate-Limit-Remaining": {remaining},
				"X-Rate-Limit-Reset":     {reset},
				"Date":                   {date},
			}})
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			_, err = l.Acquire(ctx, "GET /")
			// A window that is used up, or a 429, delays the next request, which fails at once then.
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("the delay is unknown")
			}
		})
	})
}
