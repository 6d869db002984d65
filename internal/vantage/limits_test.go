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

// post creates an export and get polls it, each failing the test on an error.
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

func TestLimit_thatIsEqualByCoincidenceIsNotShared(t *testing.T) {
	t.Parallel()
	within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Limits: limited(5, 5, time.Minute)})
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
			t.Errorf("the sixth GET took %s, want 65 s", took)
		}
	})
}

func TestLimit_thatLastsLongerThanAWait(t *testing.T) {
	t.Parallel()
	within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{
			ReadyAfter: time.Hour, RetryAfter: "60", Limits: limited(100, 1, time.Hour),
		})
		client := newClient(t, fake)
		e, err := client.CreateDataExport(ctx, unitCosts)
		if err != nil {
			t.Fatal(err)
		}
		get(t, ctx, client, e.Token)
		start := time.Now()
		_, err = client.WaitForDataExport(ctx, e, nil)
		failed := wantKind(t, err, vantage.TimedOut)
		if time.Since(start) > 61*time.Second || failed.Token != e.Token ||
			!strings.Contains(failed.Error(), "delay of 59m0s, but only 29m0s are left") {
			t.Errorf("%v after %s", failed, time.Since(start))
		}
		wantRequests(t, fake, 1, 1)
	})
}

func TestCreate_thatTakesLongerThanTheDeadline(t *testing.T) {
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
