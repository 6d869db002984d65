package dataexport_test

import (
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestInterrupt_createIsResumed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stop   time.Duration // after the apply began
		within time.Duration // it has to return
	}{
		"while the POST is in flight": {stop: 500 * time.Millisecond, within: time.Second},
		"in a pause":                  {stop: 30 * time.Second, within: 0},
		"while a GET is in flight":    {stop: 61*time.Second + 500*time.Millisecond, within: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "60", Latency: time.Second}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				timeouts := map[string]any{"create": "2h", "update": "2h"}
				config := map[string]any{"cost_report_token": "rprt_1", "timeouts": timeouts}
				time.AfterFunc(test.stop, p.Stop)
				start := time.Now()
				interrupted := p.Create(t.Context(), config)
				if over := time.Since(start) - test.stop; over > test.within {
					t.Errorf("returned %s after the interrupt", over)
				}
				wantPending(t, interrupted, "")
				token := interrupted.Text("token")
				wantWarning(t, interrupted, token) // an error would taint

				refreshed := p.Read(t.Context(), interrupted)
				wantPending(t, refreshed, token)
				plan := p.Plan(refreshed, config)
				if plan.Replace || plan.Text("token") != token || plan.Text("status") != "(unknown)" {
					t.Fatalf("the plan is %v, want the same export updated in place", plan.Value)
				}
				resumed := p.Apply(t.Context(), refreshed, plan, config)
				wantCompleted(t, resumed)
				if resumed.Text("token") != token || fake.Posts() != 1 {
					t.Errorf("another export was created")
				}
				wantUnchanged(t, p, p.Read(t.Context(), resumed), config)
			})
		})
	}
}

func TestInterrupt_beforeThePostStoresNothing(t *testing.T) {
	t.Parallel()
	limited := fakevantage.Options{Misbehave: always(fakevantage.Answer(429, "", "Retry-After: 600"))}
	inVirtualTime(t, limited, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		time.AfterFunc(time.Minute, p.Stop)
		start := time.Now()
		state := p.Create(t.Context(), minimal)
		if !state.IsNull() || len(state.Errors()) != 1 || time.Since(start) != time.Minute {
			t.Errorf("%v %v after %s", state.Value, state.Errors(), time.Since(start))
		}
		acctest.WantRequests(t, fake, 1, 0)
	})
}
