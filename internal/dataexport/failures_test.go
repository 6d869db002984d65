package dataexport_test

import (
	"net/http"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestExportFailed_isRemovedFromState(t *testing.T) {
	t.Parallel()
	const failed = `{"status":"errored","errors":["the report has no business metric"],"manifest":null}`
	failing := fakevantage.Options{ReadyAfter: time.Minute, Misbehave: misbehaving(
		fakevantage.Answer(200, failed),
		func(r fakevantage.Request) bool { return r.Method == http.MethodGet && r.Nth > 2 },
	)}
	inVirtualTime(t, failing, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		time.AfterFunc(2*time.Second, p.Stop)
		state := p.Create(t.Context(), minimal)
		wantPending(t, state, "")
		token := state.Text("token")
		state = p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
		wantPending(t, state, token)
		wantWords(t, state.Errors(), "the report has no business metric", "stays in state until the next refresh")
		if refreshed := p.Read(t.Context(), state); !refreshed.IsNull() || len(refreshed.Errors()) > 0 {
			t.Errorf("the refreshed state is %v %v", refreshed.Value, refreshed.Errors())
		}
	})
}

func TestRead_unreachableAPIKeepsState(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), unwaited)
		fake.Change(func(o *fakevantage.Options) { o.Misbehave = always(fakevantage.Reset) })
		start := time.Now()
		refreshed := p.Read(t.Context(), state)
		if !refreshed.Value.Equal(state.Value) {
			t.Errorf("the state changed to %v", refreshed.Value)
		}
		wantWords(t, refreshed.Errors(), "Could not read unit cost export", state.Text("token"), "connection reset",
			"-refresh=false", "5m0s")
		if took := time.Since(start); took != 5*time.Minute {
			t.Errorf("took %s", took)
		}
	})
}

func TestCreate_emptyExportWarns(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{Files: -1}, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		wantWarning(t, state, "without files")
		if state.Text("status") != "completed" {
			t.Errorf("the state is %v", state.Value)
		}
		wantUnchanged(t, p, p.Read(t.Context(), state), minimal)
	})
}
