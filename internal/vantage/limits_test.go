package vantage_test

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// limited returns limits of so many POSTs and GETs, each in a window of its own.
func limited(posts int, postWindow time.Duration, gets int, getWindow time.Duration) []fakevantage.RouteLimit {
	return []fakevantage.RouteLimit{
		{Method: http.MethodPost, Path: "/v2/*/data_exports", Requests: posts, Window: postWindow},
		{Method: http.MethodGet, Path: "/v2/data_exports/*", Requests: gets, Window: getWindow},
	}
}

// post asks for an export and get asks about one, each failing the test on an error.
func post(t *testing.T, ctx context.Context, c *vantage.Client) string {
	t.Helper()
	e, err := c.CreateDataExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"})
	if err != nil {
		t.Error(err)
		return ""
	}
	return e.Token
}

func get(t *testing.T, ctx context.Context, c *vantage.Client, token string) {
	t.Helper()
	if _, err := c.GetDataExport(ctx, &vantage.DataExport{Token: token}); err != nil {
		t.Error(err)
	}
}

func TestARouteWhoseWindowIsUsedUpDoesNotHoldUpAnother(t *testing.T) {
	t.Parallel()
	within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Limits: limited(100, time.Minute, 2, time.Hour)})
		client, start := newClient(t, fake), time.Now()
		token := post(t, ctx, client)
		get(t, ctx, client, token)
		get(t, ctx, client, token)
		held := make(chan time.Duration)
		go func() {
			get(t, ctx, client, token)
			held <- time.Since(start)
		}()
		for range 20 {
			post(t, ctx, client)
		}
		if took := time.Since(start); took > 0 {
			t.Errorf("the POSTs took %s", took)
		}
		if at := <-held; at < time.Hour || at > time.Hour+2*time.Second {
			t.Errorf("the third GET was answered after %s, want an hour", at)
		}
		if fake.Refused() > 1 {
			t.Errorf("%d were refused", fake.Refused())
		}
	})
}

func TestRoutesWithTheSameLimitAndTheirOwnWindowsAreKeptApart(t *testing.T) {
	t.Parallel()
	within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Limits: limited(5, time.Minute, 5, time.Minute)})
		client, start := newClient(t, fake), time.Now()
		token := post(t, ctx, client)
		time.Sleep(5 * time.Second)
		for range 5 {
			get(t, ctx, client, token)
		}
		for range 4 {
			post(t, ctx, client)
		}
		if took := time.Since(start); took > 5*time.Second || fake.Refused() > 0 {
			t.Errorf("took %s with %d refused, want no wait", took, fake.Refused())
		}
		get(t, ctx, client, token)
		if took := time.Since(start); took < 65*time.Second || took > 67*time.Second {
			t.Errorf("the sixth GET was answered after %s, want 65 s", took)
		}
	})
}

func TestWindowsThatEndAFractionAfterTheirResetCostOneRefusal(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		time.Sleep(700 * time.Millisecond) // the windows end 0.7 s after the second that is told
		fake := fakevantage.New(fakevantage.Options{Limits: limited(5, 5*time.Second, 1000, time.Hour)})
		client := newClient(t, fake)
		token := post(t, ctx, client)
		for range 20 { // by which the client learns where the server's seconds begin
			get(t, ctx, client, token)
			time.Sleep(130 * time.Millisecond)
		}
		start := time.Now()
		for range 49 {
			post(t, ctx, client)
		}
		if took := time.Since(start); fake.Refused() > 1 || took > 9*6*time.Second {
			t.Errorf("took %s with %d refused, want nine windows of 5 s and a second each, and one refusal",
				took, fake.Refused())
		}
	})
}

func TestAWaitThatTheLimitOutlastsEndsAtOnce(t *testing.T) {
	t.Parallel()
	for name, retryAfter := range map[string]fakevantage.RetryAfter{"no Retry-After": "", "Retry-After": "60"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{
					ReadyAfter: time.Hour, RetryAfter: retryAfter, Limits: limited(100, time.Minute, 1, time.Hour),
				})
				client := newClient(t, fake)
				e, err := client.CreateDataExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"})
				if err != nil {
					t.Fatal(err)
				}
				get(t, ctx, client, e.Token)
				start := time.Now()
				_, err = client.WaitForDataExport(ctx, e, func(vantage.Progress) { t.Error("a pause was told") })
				failed := wantKind(t, err, vantage.TimedOut)
				said := strings.Contains(failed.Error(), "and only 30m0s are left")
				if time.Since(start) > 0 || failed.Token != e.Token || !said {
					t.Errorf("%v after %s", failed, time.Since(start))
				}
				wantRequests(t, fake, 1, 1)
			})
		})
	}
}

func TestADeadlineThatPassedInThePostIsNotBlamedOnTheLimit(t *testing.T) {
	t.Parallel()
	within(t, 5*time.Second, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Latency: 7 * time.Second})
		_, err := export(ctx, newClient(t, fake))
		if e := wantKind(t, err, vantage.TimedOut); strings.Contains(e.Error(), "limit") || e.Token == "" {
			t.Error(e)
		}
		wantRequests(t, fake, 1, 0)
	})
}

func TestAShortBudgetIsSpreadOverItsWindow(t *testing.T) {
	t.Parallel()
	within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
		// After the POST 4 GETs are left for 1,024 s, and the export is a second old at least: each comes when it is 4 times
		// as old.
		fake := fakevantage.New(fakevantage.Options{
			ReadyAfter: 15 * time.Minute, Limits: limited(100, time.Minute, 5, 1023*time.Second),
		})
		client := newClient(t, fake)
		token := post(t, ctx, client)
		get(t, ctx, client, token)
		start := time.Now()
		_, err := client.WaitForDataExport(ctx, &vantage.DataExport{Token: token, Status: "pending"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []time.Duration
		for _, r := range fake.Requests()[2:] {
			got = append(got, r.Time.Sub(start).Round(time.Second))
		}
		ok := len(got) == 5
		for i, want := range []time.Duration{3, 15, 63, 255, 1023} {
			ok = ok && got[i] > want*time.Second*4/5 && got[i] < want*time.Second*6/5
		}
		if !ok {
			t.Fatalf("GETs came at %v, want about 3, 15, 63, 255 and 1023 s", got)
		}
	})
}

func TestWhereOthersUseTheLimitOneRequestGoesFirstAfterAWhile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first time.Duration // how long the first of eight takes; the others take a second
		idle  time.Duration // since the window was told
		want  map[int]int   // how many of eight begin at each second
	}{
		"it is answered":    {time.Second, 10 * time.Second, map[int]int{0: 1, 1: 7}},
		"it hangs":          {20 * time.Second, 10 * time.Second, map[int]int{0: 1, 1: 1, 2: 6}},
		"told a second ago": {time.Second, time.Second, map[int]int{0: 8}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{
					Limits: []fakevantage.RouteLimit{},
					Misbehave: func(r fakevantage.Request) http.HandlerFunc {
						return func(w http.ResponseWriter, _ *http.Request) {
							switch r.Nth {
							case 1:
							case 2:
								time.Sleep(test.first)
							default:
								time.Sleep(time.Second)
							}
							told(w, 202, 100, 50-r.Nth, time.Hour)
						}
					},
				})
				client := newClient(t, fake)
				get(t, ctx, client, "tok_1")
				time.Sleep(test.idle)
				start := time.Now()
				sideBySide(8, func() { get(t, ctx, client, "tok_1") })
				got := map[int]int{}
				for _, r := range fake.Requests()[1:] {
					got[int(r.Time.Sub(start).Round(time.Second)/time.Second)]++
				}
				if !maps.Equal(got, test.want) {
					t.Errorf("GETs came at %v, want %v", got, test.want)
				}
			})
		})
	}
}
