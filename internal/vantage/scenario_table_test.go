package vantage_test

import (
	"math/rand/v2"
	"net/http"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

const hour = 1000 // requests that an account has in it

// scenarios are the contract of polling and rate limiting: what each may cost at most.
func scenarios() []scenario {
	recorded := fakevantage.AsRecorded()
	shared := func(o fakevantage.Options) fakevantage.Options {
		o.ReadyAfter, o.RetryAfter, o.Limit, o.Window = 5*time.Second, "1", 5, 5*time.Second
		return o
	}
	hourly := func(ready time.Duration) fakevantage.Options {
		return fakevantage.Options{ReadyAfter: ready, Limit: hour, Window: time.Hour}
	}
	all := []scenario{
		{
			name: "as recorded, 1 export", exports: 1, options: recorded, curl: true,
			want: want{requests: 2, ofBound: 1.05},
		},
		{
			name: "as recorded, 40 exports", exports: 40, options: recorded, curl: true,
			want: want{requests: 80, ofBound: 1.05},
		},
		{
			name: "as recorded, 500 exports", exports: 500, options: recorded, curl: true,
			want: want{requests: 1000, ofBound: 1.05},
		},
		{
			name: "as recorded, 50 at once, 20 GETs left in the hour", exports: 50, atOnce: 50, taken: hour - 20,
			options: recorded, least: time.Hour,
			want: want{requests: 110, rejected: 2, ofBound: 1.02},
		},
		{
			name: "as recorded, 1 export, polled every 5 s", exports: 1, options: recorded, maxPollInterval: 5 * time.Second,
			want: want{requests: 9, total: 37 * time.Second},
		},
		{
			name: "as recorded, 20 exports, polled every 5 s", exports: 20, options: recorded,
			maxPollInterval: 5 * time.Second,
			want:            want{requests: 164, total: 72 * time.Second},
		},
		{
			name: "two limits, responses out of order", exports: 30,
			options: fakevantage.Options{
				ReadyAfter: 5 * time.Second, RetryAfter: "1", AnswerDelay: upToASecond(), Limits: twoLimits(),
			},
			want: want{rejected: 5, ofBound: 1.35},
		},
		{
			name: "40 exports, a shared limit of 5 per 5 s, Retry-After 1", exports: 40, curl: true,
			options: shared(fakevantage.Options{}),
			want:    want{requests: 96, rejected: 10, ofBound: 1.2},
		},
		{
			name: "40 exports, a shared limit of 5 per 5 s, a response of a proxy", exports: 40,
			options: shared(fakevantage.Options{Misbehave: ofAProxy}),
			want:    want{requests: 97, rejected: 10, ofBound: 1.2},
		},
		{
			name: "500 exports of 60 s, 1000 requests per hour, no hint", exports: 500, curl: true, options: hourly(time.Minute),
			want: want{requests: 1250, rejected: 5, total: 75 * time.Minute},
		},
		{
			name: "20 exports of 0.5 s, 1000 requests per hour, no hint", exports: 20, options: hourly(500 * time.Millisecond),
			want: want{requests: 60, total: 6 * time.Second},
		},
		{
			name: "60 exports of 8 s, no hint, no limit", exports: 60,
			options: fakevantage.Options{ReadyAfter: 8 * time.Second, Limits: []fakevantage.RouteLimit{}},
			want:    want{requests: 240, ofBound: 1.35},
		},
		{
			// Of the 1,000 requests of the first hour 706 are ours, at 20 a minute, when the other client has used 294 at
			// random times. The other 294 of ours follow in the second hour at the same rate.
			name: "500 exports, another client uses half of 1000 requests per hour", exports: 500, others: hour / 2,
			options: fakevantage.Options{ReadyAfter: time.Minute, RetryAfter: fakevantage.Exact, Limit: hour, Window: time.Hour},
			least:   74 * time.Minute,
			want:    want{rejected: 5, ofBound: 1.05},
		},
		{
			name: "500 exports, a limit of 5 per 5 s that no header reports", exports: 500,
			options: fakevantage.Options{
				ReadyAfter: 5 * time.Second, RetryAfter: "5", Limit: 5, Window: 5 * time.Second, SilentLimit: true,
			},
			want: want{rejected: -1},
		},
		{
			name: "200 exports at once, a quarter of the requests fail", exports: 200, atOnce: 200,
			options: fakevantage.Options{
				ReadyAfter: time.Minute, Limit: 300, Window: 5 * time.Minute, Misbehave: troubled,
			},
			want: want{rejected: -1},
		},
	}
	for name, ready := range map[string]time.Duration{"3 s": 3, "9 s": 9, "20 s": 20, "31 s": 31} {
		ready *= time.Second
		all = append(all, scenario{
			name: "1 export of " + name + ", no hint", exports: 1, options: fakevantage.Options{ReadyAfter: ready},
			want: want{requests: 16, lag: ready*3/10 + time.Second + latency},
		})
	}
	for name, ahead := range map[string]time.Duration{
		"ahead": 10*time.Minute + 300*time.Millisecond, "behind": -10*time.Minute - 300*time.Millisecond,
	} {
		all = append(all, scenario{
			name: "40 exports, a shared limit of 5 per 5 s, server clock 10 minutes " + name, exports: 40,
			options: shared(fakevantage.Options{ClockAhead: ahead}),
			want:    want{requests: 96, rejected: 10, ofBound: 1.2},
		})
	}
	return all
}

// twoLimits are a short window for POSTs and a long one for GETs.
func twoLimits() []fakevantage.RouteLimit {
	return []fakevantage.RouteLimit{
		{Method: http.MethodPost, Path: "/v2/*/data_exports", Requests: 5, Window: 5 * time.Second},
		{Method: http.MethodGet, Path: "/v2/data_exports/*", Requests: hour, Window: time.Hour},
	}
}

// ofAProxy responds without the headers of the limit, once.
func ofAProxy(r fakevantage.Request) http.HandlerFunc {
	if r.N != 20 {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Limit", "Remaining", "Reset"} {
			w.Header().Del("X-Rate-Limit-" + name)
		}
		fakevantage.HTML(502)(w, r)
	}
}

// upToASecond delays responses so that they overtake each other.
func upToASecond() func(fakevantage.Request) time.Duration {
	return func(r fakevantage.Request) time.Duration {
		return time.Duration(rand.New(rand.NewPCG(5, uint64(r.N))).Int64N(int64(time.Second)))
	}
}

// troubled fails a quarter of the requests. A POST fails only in ways that leave no doubt whether it created an export,
// because five of the others would be too many.
func troubled(r fakevantage.Request) http.HandlerFunc {
	troubles := []http.HandlerFunc{
		fakevantage.HTML(503), fakevantage.Errors(429, "slow down"), fakevantage.Answer(429, "", "Retry-After: 3"),
		fakevantage.Errors(500, "oops"), fakevantage.HTML(502), fakevantage.Reset, fakevantage.Hang, fakevantage.CutOff,
	}
	if r.Method == http.MethodPost {
		troubles = troubles[:3]
	}
	random := rand.New(rand.NewPCG(3, uint64(r.N)))
	if random.IntN(4) > 0 {
		return nil
	}
	return troubles[random.IntN(len(troubles))]
}
