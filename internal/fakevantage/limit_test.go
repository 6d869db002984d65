package fakevantage_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// reported returns the status of a response and the limit that it reports.
func reported(t *testing.T, fake *fakevantage.Server, method, path string) string {
	t.Helper()
	resp := send(t, fake, method, "https://api.example"+path)
	defer resp.Body.Close()
	h := resp.Header
	reset := "never"
	var unix int64
	if _, err := fmt.Sscan(h.Get("X-Rate-Limit-Reset"), &unix); err == nil {
		reset = time.Until(time.Unix(unix, 0)).String()
	}
	return fmt.Sprintf("%d: %s of %s, ends in %s",
		resp.StatusCode, h.Get("X-Rate-Limit-Remaining"), h.Get("X-Rate-Limit-Limit"), reset)
}

func send(t *testing.T, fake *fakevantage.Server, method, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(`{"cost_report_token":"r"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer any")
	resp, err := fake.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// wantBehaved returns a log that fails the test for an exchange that package contract would not check.
func wantBehaved(t *testing.T) func(fakevantage.Exchange) {
	return func(e fakevantage.Exchange) {
		if e.Misbehaved || e.Status == 0 || len(e.AnswerBody) == 0 {
			t.Errorf("the exchange cannot be checked: %+v", e)
		}
	}
}

func TestLimits_startWithTheFirstRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := fakevantage.New(fakevantage.Options{Log: wantBehaved(t), Limits: []fakevantage.RouteLimit{
			{Method: http.MethodPost, Path: "/v2/*/data_exports", Requests: 2, Window: 5 * time.Second},
			{Method: http.MethodGet, Path: "/v2/data_exports/*", Requests: 1000, Window: time.Hour},
		}})
		const post, get = "/v2/unit_costs/data_exports", "/v2/data_exports/none"
		var got []string
		for _, step := range []struct {
			pause        time.Duration
			method, path string
		}{
			{700 * time.Millisecond, http.MethodPost, post},
			{time.Second, http.MethodPost, post},
			{0, http.MethodGet, get},
			{3 * time.Second, http.MethodPost, post},
			{time.Second, http.MethodPost, post},
			{0, http.MethodPatch, get},
		} {
			time.Sleep(step.pause)
			got = append(got, reported(t, fake, step.method, step.path))
		}
		want := []string{
			"202: 2 of 2, ends in 4.3s",
			"202: 1 of 2, ends in 3.3s",
			"404: 1000 of 1000, ends in 59m59.3s",
			"429: 0 of 2, ends in 300ms",
			"202: 2 of 2, ends in 4.3s",
			"404:  of , ends in never",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestAsRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		options := fakevantage.AsRecorded()
		options.Log = wantBehaved(t)
		fake := fakevantage.New(options)
		location := "https://api.example/v2/unit_costs/data_exports"
		for _, step := range []struct {
			method string
			after  time.Duration
			status int
			limit  string
		}{
			{http.MethodPost, 0, 202, "100"},
			{http.MethodGet, 30 * time.Second, 202, "1000"},
			{http.MethodGet, time.Second, 200, "1000"},
		} {
			time.Sleep(step.after)
			resp := send(t, fake, step.method, location)
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			h := resp.Header
			if resp.StatusCode != step.status || h.Get("X-Rate-Limit-Limit") != step.limit ||
				h.Get("Content-Type") != "application/json" {
				t.Errorf("after %s: %d %v", step.after, resp.StatusCode, h)
			}
			if step.status == http.StatusAccepted {
				location = h.Get("Location")
				if strings.TrimSpace(string(body)) != "202" || h.Get("Retry-After") != "60" ||
					!strings.HasPrefix(location, "https://api.example/") {
					t.Errorf("%s %v", body, h)
				}
			}
		}
	})
}
