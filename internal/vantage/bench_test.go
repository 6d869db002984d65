package vantage_test

import (
	"testing"
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
