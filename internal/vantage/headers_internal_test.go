package vantage

import (
	"net/http"
	"testing"
	"time"
)

func TestServerClock(t *testing.T) {
	t.Parallel()
	type answer struct {
		sent, came float64 // by the local clock, in seconds
		date       int64   // by the server's
	}
	for name, test := range map[string]struct {
		answers []answer
		want    float64 // the local time of the server's 200 s
	}{
		"nothing told":                     {nil, 200},
		"one answer":                       {[]answer{{10, 10.5, 110}}, 100.5},
		"the same clock":                   {[]answer{{10, 10.5, 10}}, 200.5},
		"another fraction narrows it":      {[]answer{{10, 10.5, 110}, {11.1, 11.1, 111}}, 100.1},
		"one that is wider does not":       {[]answer{{10, 10.1, 110}, {11, 11.9, 111}}, 100.1},
		"a slow answer is no other clock":  {[]answer{{10, 10.1, 110}, {10, 19, 110}}, 100.1},
		"at the edge of what is possible":  {[]answer{{10.1, 10.1, 110}, {12.1, 12.1, 111}}, 100.1},
		"and at the other":                 {[]answer{{10.1, 10.1, 110}, {12.1, 12.1, 113}}, 99.1},
		"the server's clock was set back":  {[]answer{{10, 10.1, 110}, {20, 20.2, 90}}, 130.2},
		"the server's clock was set ahead": {[]answer{{10, 10.1, 110}, {20, 20.2, 150}}, 70.2},
		"set, and narrowed again":          {[]answer{{10, 10.1, 110}, {20, 20.2, 150}, {21, 21.05, 151}}, 70.05},
		"a wide one first": {
			[]answer{{10, 13, 110}, {20, 20.5, 121}, {30, 30.3, 131}}, 99.3,
		},
		"set after it was narrowed": {[]answer{{10.5, 10.5, 110}, {20.1, 20.1, 120}, {30.7, 30.7, 132}}, 98.7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := func(s float64) time.Time { return time.Unix(0, int64(s*1e9)) }
			var c serverClock
			for _, a := range test.answers {
				date := time.Unix(a.date, 0).UTC().Format(http.TimeFormat)
				c.learn(http.Header{"Date": {date}}, at(a.sent), at(a.came))
				c.learn(http.Header{"Date": {"yesterday"}}, at(a.sent), at(a.came+100))
			}
			if got := c.local(200).Sub(at(test.want)).Round(time.Millisecond); got != 0 {
				t.Errorf("%s from %v", got, test.want)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const date, none = "Tue, 24 Nov 2026 02:00:00 GMT", -1
	for value, want := range map[string]time.Duration{
		"":      none,
		"0":     0,
		"47":    47 * time.Second,
		" 5 ":   5 * time.Second,
		"86400": 24 * time.Hour,
		"86401": none,
		"-1":    none,
		"1.5":   none,
		"soon":  none,

		"Tue, 24 Nov 2026 02:00:00 GMT": 0,
		"Tue, 24 Nov 2026 02:01:00 GMT": time.Minute,
		"Wed, 25 Nov 2026 02:00:00 GMT": 24 * time.Hour,
		"Wed, 25 Nov 2026 02:00:01 GMT": none,
		"Tue, 24 Nov 2026 01:59:59 GMT": none,
	} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			clock, err := http.ParseTime(date)
			if err != nil {
				t.Fatal(err)
			}
			// Against the server's clock where it is told, else against the local one.
			for _, h := range []http.Header{{"Retry-After": {value}, "Date": {date}}, {"Retry-After": {value}}} {
				now := clock
				if h.Get("Date") != "" {
					now = clock.Add(-10 * time.Minute)
				}
				if got, ok := parseRetryAfter(h, now); ok != (want != none) || ok && got != want {
					t.Errorf("%s, %v, want %s", got, ok, want)
				}
			}
		})
	}
}

func TestRateLimitHeaders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit, remaining, reset string
		ok                      bool
	}{
		"all left":           {"5", "5", "1764000000", true},
		"none left":          {"5", "0", "1764000000", true},
		"no limit":           {"", "5", "1764000000", false},
		"nothing remaining":  {"5", "", "1764000000", false},
		"no reset":           {"5", "5", "", false},
		"none allowed":       {"0", "0", "1764000000", false},
		"a negative limit":   {"-1", "-1", "1764000000", false},
		"less than none":     {"5", "-1", "1764000000", false},
		"more than all":      {"5", "6", "1764000000", false},
		"a reset in words":   {"5", "5", "in an hour", false},
		"a fraction of them": {"5", "0.5", "1764000000", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ok := parseRateLimit(http.Header{
				"X-Rate-Limit-Limit":     {test.limit},
				"X-Rate-Limit-Remaining": {test.remaining},
				"X-Rate-Limit-Reset":     {test.reset},
			})
			if ok != test.ok {
				t.Errorf("%v", ok)
			}
		})
	}
}
