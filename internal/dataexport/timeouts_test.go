package dataexport_test

import (
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestTimeout_keepsTheToken(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: time.Hour, PendingBody: true}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		wantPending(t, state, "")
		wantWords(t, state.Errors(), "Could not create unit cost export", state.Text("token"), `"pending"`,
			"timed out after 29m55s",
			"terraform untaint", "timeouts")

		// Untainted, the next apply waits for the same export; this time it is not enough either, which is no taint.
		again := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
		wantPending(t, again, state.Text("token"))
		wantWords(t, again.Errors(), "Could not finish unit cost export", "Apply again")
		wantCompleted(t, p.Apply(t.Context(), again, p.Plan(again, minimal), minimal))
		wantPosts(t, fake, 1)
	})
}

func TestTimeout_ofUpdate(t *testing.T) {
	t.Parallel()
	timeouts := map[string]any{"create": "2h", "update": "3m"}
	config := map[string]any{"cost_report_token": "rprt_1", "timeouts": timeouts}
	options := fakevantage.Options{ReadyAfter: time.Hour}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		time.AfterFunc(time.Minute, p.Stop)
		state := p.Create(t.Context(), config)
		wantWords(t, p.Apply(t.Context(), state, p.Plan(state, config), config).Errors(), "timed out after 2m55s")
	})
}

func TestTimeout_startsWithTheRequest(t *testing.T) {
	t.Parallel()
	config := map[string]any{"cost_report_token": "rprt_1", "timeouts": map[string]any{"create": "3s"}}
	options := fakevantage.Options{ReadyAfter: time.Hour, Latency: 5 * time.Second}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), config)
		wantPending(t, state, "")
		wantWords(t, state.Errors(), "timed out after 3s", "untaint")
		acctest.WantRequests(t, fake, 1, 0)
	})
}
