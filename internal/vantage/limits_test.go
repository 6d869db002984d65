package vantage_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// limited returns limits of so many POSTs a minute, and so many GETs in a window of their own.
func limited(posts, gets int, getWindow time.Duration) []fakevantage.RouteLimit {
	return []fakevantage.RouteLimit{
		{Method: http.MethodPost, Path: "/v2/*/data_exports", Requests: posts, Window: time.Minute},
		{Method: http.MethodGet, Path: "/v2/data_exports/*", Requests: gets, Window: getWindow},
	}
}

// windowEnds is 50 minutes after the time at which a bubble starts.
const windowEnds = "946687800"

func TestLimit_thatExceedsTheDeadlineFailsAtOnce(t *testing.T) {
	t.Parallel()
	const tooShort = "failed at once, because its timeout of 30m0s is too short: the "
	for name, test := range map[string]struct {
		response http.HandlerFunc
		says     string
	}{
		"429": {fakevantage.Answer(429, "", "Retry-After: 3000"), "rate limit requires a delay of 50m"},
		"503": {fakevantage.Answer(503, "", "Retry-After: 3000"), "server requires a delay of 50m"},
		"reset": {
			fakevantage.Answer(429, "",
				"X-Rate-Limit-Limit: 1000", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: "+windowEnds),
			"rate limit requires a delay of 50m",
		},
	} {
		interaction{
			api:     fakevantage.Options{Misbehave: always(http.MethodPost, test.response)},
			timeout: 30 * time.Minute,
			kind:    vantage.TimedOut, says: tooShort + test.says,
			posts: 1, most: time.Second,
		}.run(t, name)
	}
}

func TestLimit_ignoresInvalidHeaders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ limit, remaining, reset string }{
		"no number":     {"many", "0", windowEnds},
		"past":          {"1000", "0", "1"},
		"absurd":        {"1000", "0", "99999999999"},
		"overflow":      {"1000", "0", "9223372036854775807"},
		"no reset":      {"1000", "0", ""},
		"no limit":      {"", "0", windowEnds},
		"contradictory": {"5", "6", windowEnds},
		"negative":      {"5", "-1", windowEnds},
	} {
		pending := fakevantage.Answer(202, "", "X-Rate-Limit-Limit: "+test.limit,
			"X-Rate-Limit-Remaining: "+test.remaining, "X-Rate-Limit-Reset: "+test.reset)
		interaction{
			api: fakevantage.Options{Limits: []fakevantage.RouteLimit{}, Misbehave: everywhere(pending)},
			call: func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
				if e, err := poll(tok1)(ctx, c); err != nil {
					return e, err
				}
				return poll(tok1)(ctx, c)
			},
			pending: true, gets: 2, most: time.Millisecond,
		}.run(t, name)
	}
}

func TestLimit_isNotDelayedByRequestsThatHang(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{
			Limit: 5, Window: 5 * time.Second,
			Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.N > 1 && r.N <= 5 {
					return fakevantage.Hang
				}
				return nil
			},
		})
		client := newClient(t, fake)
		start := time.Now()
		tenAtATime(func() { _, _ = create(ctx, client) })
		if at := fake.Requests()[5].Time.Sub(start); at > 6*time.Second {
			t.Errorf("the sixth request went out after %s", at)
		}
	})
}

func TestLimit_thatIsEqualByCoincidenceIsNotShared(t *testing.T) {
	t.Parallel()
	within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Limits: limited(5, 5, time.Minute)})
		client, start := newClient(t, fake), time.Now()
		wantTook := func(what string, least, most time.Duration) {
			t.Helper()
			if took := time.Since(start); took < least || took > most || fake.Refused() > 0 {
				t.Errorf("%s after %s with %d refused", what, took, fake.Refused())
			}
		}
		created, err := create(ctx, client)
		if err != nil {
			t.Fatal(err)
		}
		get := func() {
			if _, err := client.GetDataExport(ctx, created); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(5 * time.Second)
		for range 5 {
			get()
		}
		for range 4 {
			if _, err := create(ctx, client); err != nil {
				t.Error(err)
			}
		}
		wantTook("five of each", 5*time.Second, 5*time.Second)
		get()
		wantTook("the sixth GET", 65*time.Second, 67*time.Second)
	})
}

func TestLimit_thatLastsLongerThanAWait(t *testing.T) {
	t.Parallel()
	interaction{
		api:     fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "60", Limits: limited(100, 1, time.Hour)},
		timeout: 30 * time.Minute,
		kind:    vantage.TimedOut, says: "delay of 59m",
		posts: 1, gets: 1,
		most:  122 * time.Second,
		check: wantNamed,
	}.play(t)
}

func TestCreate_thatTakesLongerThanTheDeadline(t *testing.T) {
	t.Parallel()
	interaction{
		api:     fakevantage.Options{Latency: 7 * time.Second},
		timeout: 5 * time.Second,
		kind:    vantage.TimedOut, posts: 1,
		check: func(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
			if strings.Contains(e.Error(), "limit") || e.Token == "" {
				t.Error(e)
			}
		},
	}.play(t)
}
