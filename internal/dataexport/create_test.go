package dataexport_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// A pending export stays in state, and later applies wait for the same export.
func TestCreate_isResumed(t *testing.T) {
	t.Parallel()
	config := with(minimal, "timeouts", map[string]any{"create": "40m", "update": "30m"})
	for name, test := range map[string]struct {
		stop, took time.Duration
		error      []string // of the creation, which taints the resource; none: a warning
	}{
		"interrupted while the POST is in flight": {stop: 500 * time.Millisecond, took: time.Second},
		"interrupted during a delay":              {stop: 30 * time.Second, took: 30 * time.Second},
		"interrupted while a GET is in flight":    {stop: 601500 * time.Millisecond, took: 601500 * time.Millisecond},
		"timed out": {
			stop: 2 * time.Hour, took: 40*time.Minute - 4*time.Second,
			error: []string{"Could not create unit cost export", `"pending"`, "timed out after 39m56s", "terraform untaint"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{ReadyAfter: 50 * time.Minute, RetryAfter: "600", Latency: time.Second}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				timer, start := time.AfterFunc(test.stop, p.Stop), time.Now()
				state := p.Create(t.Context(), config)
				timer.Stop()
				if took := time.Since(start); took != test.took {
					t.Errorf("took %s, want %s", took, test.took)
				}
				token := state.Text("token")
				wantPending(t, state, "")
				if test.error != nil {
					wantError(t, state, append(test.error, token)...)
				} else {
					wantWarning(t, state, token)
				}
				refreshed := p.Read(t.Context(), state)
				wantPending(t, refreshed, token)
				plan := p.Plan(refreshed, config)
				if plan.Replace || plan.Text("token") != token || plan.Text("status") != "(unknown)" {
					t.Fatalf("the plan is %v, want the same export updated in place", plan.Value)
				}
				resumed := p.Apply(t.Context(), refreshed, plan, config)
				if test.error == nil {
					wantError(t, resumed, "Could not finish unit cost export", "timed out after 29m56s", "Apply again")
					wantPending(t, resumed, token)
					resumed = p.Apply(t.Context(), resumed, p.Plan(resumed, config), config)
				}
				wantCompleted(t, resumed)
				wantUnchanged(t, p, p.Read(t.Context(), resumed), config)
				if wantPosts(t, fake, 1); resumed.Text("token") != token {
					t.Errorf("the state is %v, want the token %s", resumed.Value, token)
				}
			})
		})
	}
}

func TestResume_failedExportStaysInState(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{Outcome: "failed"}, func(
		t *testing.T, p *acctest.Protocol, _ *fakevantage.Server,
	) {
		state := p.Create(t.Context(), unwaited)
		failed := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
		wantError(t, failed, "could not complete the export", "stays in state until the next refresh")
		wantPending(t, failed, state.Text("token"))
	})
}

// The time of acceptance is in private state: a 404 of a lagging replica is retried in the next run as well.
func TestRead_acceptedAtOutlastsTheProcess(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: time.Hour}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		time.AfterFunc(2*time.Second, p.Stop)
		state := p.Create(t.Context(), minimal)
		wantPending(t, state, "")
		requests, lagging := len(fake.Requests()), fakevantage.Errors(404, "DataExport not found.")
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = misbehaving(lagging, func(r fakevantage.Request) bool { return r.N <= requests+2 })
		})
		// Another process, which has not created the export.
		next := acctest.NewProtocolFor(t, fake, unitCostExport)
		wantPending(t, next.Read(t.Context(), state), state.Text("token"))
	})
}

func TestCreate_unreachableHostFailsAfterAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unknown := func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "api.vantage.hs"}
		}
		options := &vantage.Options{APIToken: acctest.APIToken, Transport: &http.Transport{DialContext: unknown}}
		start := time.Now()
		state := acctest.NewProtocol(t, options).Create(t.Context(), minimal)
		wantError(t, state, "no such host", "VANTAGE_HOST")
		if took := time.Since(start); took > 65*time.Second || !state.IsNull() {
			t.Errorf("took %s, the state is %v", took, state.Value)
		}
	})
}
