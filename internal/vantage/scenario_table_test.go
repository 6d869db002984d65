package vantage_test

import (
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

const hour = 1000 // requests an account has in it

func scenarios() []scenario {
	all := []scenario{
		{
			name: "as recorded, 20 GETs left in the hour", exports: 50, atOnce: 50, timeout: 2 * time.Hour, taken: hour - 20,
			options: fakevantage.AsRecorded(), least: time.Hour,
			want: want{requests: 110, refused: 2, posts: time.Second, ofBound: 1.01},
		},
		{
			name: "two limits, answers out of order", exports: 30,
			options: fakevantage.Options{
				ReadyAfter: 5 * time.Second, RetryAfter: "1", AnswerDelay: upToASecond(),
				Limits: twoLimits(),
			},
			want: want{refused: 2, ofBound: 1.3},
		},
		{
			name: "two limits, answers out of order, no Retry-After", exports: 30, curl: true,
			options: fakevantage.Options{ReadyAfter: 5 * time.Second, AnswerDelay: upToASecond(), Limits: twoLimits()},
			want:    want{refused: 2, ofBound: 1.3},
		},
		{
			name: "1 export after 10 minutes, no Retry-After", exports: 1, curl: true,
			options: fakevantage.Options{ReadyAfter: 10 * time.Minute},
			want:    want{requests: 34, lag: 30 * time.Second},
		},
		{
			name: "60 exports of 8 s, no Retry-After, no limit", exports: 60,
			options: fakevantage.Options{ReadyAfter: 8 * time.Second, Limits: []fakevantage.RouteLimit{}},
			want:    want{requests: 200, ofBound: 1.3},
		},
		{
			name: "500 exports, 1000 requests per hour, no Retry-After", exports: 500, curl: true,
			options: fakevantage.Options{ReadyAfter: time.Minute, Limit: hour, Window: time.Hour},
			want:    want{requests: 1170, total: 67 * time.Minute},
		},
		{
			name: "500 exports, durations vary, no Retry-After, no limit", exports: 500,
			options: fakevantage.Options{ReadyIn: logNormal(time.Minute, 0.5), Limits: []fakevantage.RouteLimit{}},
			want:    want{requests: 2250, lagShare: 0.2},
		},
		{
			name: "20 exports ready in 0.5 s, 1000 requests per hour, no Retry-After", exports: 20,
			options: fakevantage.Options{ReadyAfter: 500 * time.Millisecond, Limit: hour, Window: time.Hour},
			want:    want{requests: 60, total: 6 * time.Second},
		},
		{
			name: "40 exports of 20 s, 1000 requests per hour, no Retry-After", exports: 40,
			options: fakevantage.Options{ReadyAfter: 20 * time.Second, Limit: hour, Window: time.Hour},
			want:    want{requests: 200, ofBound: 1.35},
		},
		{
			name: "5 exports ready in 0.5 s, 6 requests in 120 s, timeout 20 s", exports: 5, timeout: 20 * time.Second,
			options: fakevantage.Options{ReadyAfter: 500 * time.Millisecond, Limit: 6, Window: 2 * time.Minute},
			want:    want{requests: 6, failures: 4, total: 2 * time.Second},
		},
		{
			name: "1 export, Retry-After until it is ready", exports: 1,
			options: fakevantage.Options{ReadyAfter: 95 * time.Second, RetryAfter: fakevantage.Exact},
			want:    want{requests: 2, lag: time.Second},
		},
		{
			name: "40 exports, 5 requests per 5 s, Retry-After 1", exports: 40, curl: true,
			options: fakevantage.Options{ReadyAfter: 5 * time.Second, RetryAfter: "1", Limit: 5, Window: 5 * time.Second},
			want:    want{requests: 80, ofBound: 1.02},
		},
		{
			name: "500 exports, 1000 requests per hour, Retry-After until they are ready", exports: 500,
			options: fakevantage.Options{ReadyAfter: time.Minute, RetryAfter: fakevantage.Exact, Limit: hour, Window: time.Hour},
			want:    want{requests: 1000, ofBound: 1.01},
		},
		{
			// Of the 1,000 requests of the first hour 706 are ours, at 20 a minute, when the other client has taken 294 at
			// random moments. The other 294 of ours follow in the second hour at the same pace.
			name: "500 exports, 1000 requests per hour, another client takes half", exports: 500, others: hour / 2,
			options: fakevantage.Options{ReadyAfter: time.Minute, RetryAfter: fakevantage.Exact, Limit: hour, Window: time.Hour},
			least:   74 * time.Minute,
			want:    want{refused: 2, ofBound: 1.01},
		},
		{
			name: "40 exports, another client takes half of 5 per 5 s", exports: 40, others: 3,
			options: fakevantage.Options{
				ReadyAfter: 5 * time.Second, RetryAfter: "1", Limit: 5, Window: 5 * time.Second, RefusalRetryAfter: true,
			},
			want: want{refused: 2},
		},
		{
			name: "40 exports, a limit of 5 per 5 s that no header tells", exports: 40,
			options: fakevantage.Options{
				ReadyAfter: 5 * time.Second, RetryAfter: "5", Limit: 5, Window: 5 * time.Second, SilentLimit: true,
			},
			want: want{refused: -1},
		},
	}
	for name, exports := range map[string]int{"1 export": 1, "40 exports": 40, "500 exports": 500} {
		all = append(all, scenario{
			name: "as recorded, " + name, exports: exports, options: fakevantage.AsRecorded(), curl: true,
			want: want{requests: 2 * exports, ofBound: 1.1},
		})
	}
	for name, ready := range map[string]time.Duration{"3 s": 3, "9 s": 9, "20 s": 20, "31 s": 31} {
		ready *= time.Second
		all = append(all, scenario{
			name: "1 export of " + name + ", no Retry-After", exports: 1, options: fakevantage.Options{ReadyAfter: ready},
			want: want{requests: 16, lag: ready*3/10 + time.Second},
		})
	}
	for name, ahead := range map[string]time.Duration{
		"ahead": 10*time.Minute + 300*time.Millisecond, "behind": -10*time.Minute - 300*time.Millisecond,
	} {
		all = append(all, scenario{
			name: "40 exports, server's clock 10 minutes " + name, exports: 40,
			options: fakevantage.Options{
				ReadyAfter: 5 * time.Second, RetryAfter: "1", Limit: 5, Window: 5 * time.Second, ClockAhead: ahead,
			},
			want: want{requests: 80, ofBound: 1.02},
		})
	}
	return all
}

// twoLimits are those of an account whose POSTs have a short window and whose GETs have a long one.
func twoLimits() []fakevantage.RouteLimit {
	return []fakevantage.RouteLimit{
		{Method: http.MethodPost, Path: "/v2/*/data_exports", Requests: 5, Window: 5 * time.Second},
		{Method: http.MethodGet, Path: "/v2/data_exports/*", Requests: hour, Window: time.Hour},
	}
}

// upToASecond delays answers so that they overtake each other.
func upToASecond() func(fakevantage.Request) time.Duration {
	return func(r fakevantage.Request) time.Duration {
		return time.Duration(rand.New(rand.NewPCG(5, uint64(r.N))).Int64N(int64(time.Second)))
	}
}

// logNormal returns durations around a median.
func logNormal(median time.Duration, sigma float64) func(n int) time.Duration {
	return func(n int) time.Duration {
		random := rand.New(rand.NewPCG(7, uint64(n)))
		return time.Duration(float64(median) * math.Exp(sigma*random.NormFloat64()))
	}
}
