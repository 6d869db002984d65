package dataexport_test

import (
	"cmp"
	"net/http"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// Refreshes of an export that was not waited for. Those of a completed or expired export are in internal/lifecycle.
func TestRead_pendingExport(t *testing.T) {
	t.Parallel()
	const failed = `{"status":"errored","errors":["the report has no business metric"],"manifest":null}`
	for name, test := range map[string]struct {
		respond http.HandlerFunc
		after   time.Duration // defaults to an hour
		took    time.Duration // and less than a minute more
		warning []string      // and the export is removed from state
		error   []string      // and state is unchanged
	}{
		"gone": {
			respond: fakevantage.Errors(410, "Gone"),
			after:   48*time.Hour - time.Second,
			warning: []string{"The API does not know the export dta_xprt_"},
		},
		"two days old, which counts as expired": {respond: fakevantage.Errors(410, "Gone"), after: 48 * time.Hour},
		"failed": {
			respond: fakevantage.Answer(200, failed),
			warning: []string{`final status "errored" of the export dta_xprt_`, "the report has no business metric"},
		},
		"404 of a gateway": {
			respond: fakevantage.HTML(404),
			took:    time.Minute,
			error:   []string{"The response to GET /v2/data_exports/dta_xprt_", "404 Not Found", "VANTAGE_HOST"},
		},
		"unreachable": {
			respond: fakevantage.Reset,
			took:    5 * time.Minute,
			error:   []string{"Could not read unit cost export", "connection reset", "5m0s", "dta_xprt_", "Check the network"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), unwaited)
				time.Sleep(cmp.Or(test.after, time.Hour))
				fake.Change(func(o *fakevantage.Options) { o.Misbehave = get(test.respond) })
				start := time.Now()
				read := p.Read(t.Context(), state)
				if took := time.Since(start); took < test.took || took >= test.took+time.Minute {
					t.Errorf("took %s, want %s", took, test.took)
				}
				switch {
				case test.error != nil:
					wantError(t, read, test.error...)
				case test.warning != nil:
					wantWarning(t, read, test.warning...)
					wantTraffic(t, fake, "POST GET")
				default:
					wantNoDiagnostics(t, read)
					wantTraffic(t, fake, "POST")
				}
				if read.IsNull() != (test.warning != nil) {
					t.Errorf("the state is %v", read.Value)
				}
				if !read.IsNull() {
					wantSame(t, state, read)
				}
			})
		})
	}
}
