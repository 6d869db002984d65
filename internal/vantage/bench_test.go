package vantage_test

import (
	"context"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// BenchmarkScenario reports what each scenario costs, in virtual time: ns/op is of no interest.
func BenchmarkScenario(b *testing.B) {
	for _, s := range scenarios() {
		b.Run(s.name, func(b *testing.B) { s.report(b, newProvider) })
	}
}

// BenchmarkCurlLoop reports what some of the scenarios cost a script that asks every 10 s, in the same virtual time.
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

// BenchmarkRefresh reports what it costs to ask once for each of 200 finished exports, ten at a time.
func BenchmarkRefresh(b *testing.B) {
	const exports = 200
	for name, options := range map[string]fakevantage.Options{
		"no limit":          {Limits: []fakevantage.RouteLimit{}},
		"as recorded":       {},
		"1000 per hour":     {Limit: hour, Window: time.Hour},
		"5 requests in 5 s": {Limit: 5, Window: 5 * time.Second},
	} {
		b.Run(name, func(b *testing.B) {
			var requests, rejected int
			var total time.Duration
			for b.Loop() {
				inTest(b, func(t *testing.T) {
					within(t, time.Hour, func(t *testing.T, ctx context.Context) {
						options.Latency = 40 * time.Millisecond
						fake := fakevantage.New(options)
						tokens := make(chan string, exports)
						for range exports {
							tokens <- fake.Add(map[string]any{"cost_report_token": "r"}, time.Now())
						}
						close(tokens)
						client, start := newClient(t, fake), time.Now()
						tenAtATime(func() {
							for token := range tokens {
								if e, err := client.GetDataExport(ctx, &vantage.DataExport{Token: token}); err != nil || !e.Completed() {
									t.Errorf("%+v, %v", e, err)
								}
							}
						})
						requests, rejected, total = len(fake.Requests()), fake.Refused(), time.Since(start)
					})
				})
			}
			b.ReportMetric(float64(requests), "requests")
			b.ReportMetric(float64(rejected), "rejected")
			b.ReportMetric(total.Seconds(), "total-s")
		})
	}
}

// inTest runs f as a test of its own, which is what testing/synctest asks for.
func inTest(b *testing.B, f func(t *testing.T)) {
	b.Helper()
	all := func(string, string) (bool, error) { return true, nil }
	if !testing.RunTests(all, []testing.InternalTest{{Name: b.Name(), F: f}}) {
		b.Fatal("failed")
	}
}
