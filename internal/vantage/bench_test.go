package vantage_test

import (
	"context"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// BenchmarkScenario reports what each scenario costs, in virtual time: ns/op is of no interest.
func BenchmarkScenario(b *testing.B) {
	for _, s := range scenarios() {
		b.Run(s.name, func(b *testing.B) { s.report(b, newProvider) })
	}
}

// BenchmarkCurlLoop reports what some of the scenarios cost a script that polls every 10 s, in the same virtual time.
func BenchmarkCurlLoop(b *testing.B) {
	for _, s := range scenarios() {
		if s.curl {
			b.Run(s.name, func(b *testing.B) { s.report(b, newCurlLoop) })
		}
	}
}

func (s scenario) report(b *testing.B, newFollower newFollower) {
	b.Helper()
	var o outcome
	for b.Loop() {
		inTest(b, func(t *testing.T) { o = s.run(t, newFollower) })
	}
	b.ReportMetric(float64(o.requests), "requests")
	b.ReportMetric(float64(o.leastRequests), "least-requests")
	b.ReportMetric(float64(o.rejected), "rejected")
	b.ReportMetric(o.lag.Seconds(), "lag-s")
	b.ReportMetric(100*o.lagShare, "mean-lag-%")
	b.ReportMetric(o.posts.Seconds(), "last-post-s")
	b.ReportMetric(o.total.Seconds(), "total-s")
	b.ReportMetric(o.leastTime.Seconds(), "least-s")
	b.ReportMetric(float64(o.failures), "failures")
}

// inTest runs f as a test of its own, which is what testing/synctest asks for.
func inTest(b *testing.B, f func(t *testing.T)) {
	b.Helper()
	all := func(string, string) (bool, error) { return true, nil }
	if !testing.RunTests(all, []testing.InternalTest{{Name: b.Name(), F: f}}) {
		b.Fatal("failed")
	}
}

// newCurlLoop follows an export as a short script does: a POST, and a GET every 10 s until it is done. Headers other
// than the Location mean nothing to it; what fails is tried again 10 s later.
func newCurlLoop(_ *testing.T, fake *fakevantage.Server, _ scenario) follower {
	client := &http.Client{Transport: fake.Transport()}
	return func(ctx context.Context) (string, error) {
		method, url := http.MethodPost, "https://api.example/v2/unit_costs/data_exports"
		for {
			req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(`{"cost_report_token":"r"}`))
			if err != nil {
				return "", err
			}
			req.Header.Set("Authorization", "Bearer any")
			resp, err := client.Do(req)
			if err != nil {
				return "", err
			}
			resp.Body.Close()
			switch {
			case resp.StatusCode == http.StatusOK:
				return path.Base(url), nil
			case method == http.MethodPost && resp.StatusCode == http.StatusAccepted:
				method, url = http.MethodGet, resp.Header.Get("Location")
			}
			time.Sleep(10 * time.Second)
		}
	}
}
