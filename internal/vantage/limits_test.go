package vantage_test

import (
	"context"
	"net/http"
	"slices"
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
	interaction{
		api: fakevantage.Options{Limits: limited(5, 5, time.Minute)},
		call: func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
			created, err := create(ctx, c)
			if err != nil {
				return nil, err
			}
			time.Sleep(5 * time.Second)
			five := slices.Repeat([]call{poll(created)}, 5)
			four := slices.Repeat([]call{create}, 4)
			for _, call := range slices.Concat(five, four) {
				if _, err := call(ctx, c); err != nil {
					return nil, err
				}
			}
			return poll(created)(ctx, c)
		},
		// The sixth poll is sent a minute after the first. No request is rejected and repeated.
		posts: 5, gets: 6, least: 65 * time.Second, most: 67 * time.Second,
		check: func(t *testing.T, fake *fakevantage.Server, _ *vantage.Error) {
			if at := fake.Requests()[9].Time.Sub(bubble); at != 5*time.Second {
				t.Errorf("the fifth POST was sent after %s", at)
			}
		},
	}.play(t)
}

func TestCreate_thatTakesLongerThanTheDeadline(t *testing.T) {
	t.Parallel()
	interaction{
		api:     fakevantage.Options{Latency: 7 * time.Second},
		timeout: 5 * time.Second,
		kind:    vantage.TimedOut, says: "timed out after 5s", posts: 1, check: wantNamed,
	}.play(t)
}
