package dataexport_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestAFailedExportLeavesNothing(t *testing.T) {
	t.Parallel()
	failing := fakevantage.Options{ReadyAfter: time.Minute, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == http.MethodGet && r.Nth > 2 {
			return fakevantage.Answer(200, `{"status":"errored","errors":["the report has no business metric"],"manifest":null}`)
		}
		return nil
	}}
	t.Run("in Create", func(t *testing.T) {
		t.Parallel()
		inVirtualTime(t, failing, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
			state := p.Create(t.Context(), minimal)
			if !state.IsNull() {
				t.Errorf("the state is %v", state.Value)
			}
			wantWords(t, state.Errors(), "dta_xprt_", `"errored"`, "the report has no business metric", "Apply again")
		})
	})
	t.Run("in Update", func(t *testing.T) {
		t.Parallel()
		inVirtualTime(t, failing, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
			time.AfterFunc(2*time.Second, p.Stop)
			state := p.Create(t.Context(), minimal)
			wantPending(t, state, "")
			token := state.Text("token")
			state = p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
			wantPending(t, state, token)
			wantWords(t, state.Errors(), "the report has no business metric", "stays in the state until the next refresh")
			if refreshed := p.Read(t.Context(), state); !refreshed.IsNull() || len(refreshed.Errors()) > 0 {
				t.Errorf("the refreshed state is %v %v", refreshed.Value, refreshed.Errors())
			}
		})
	})
	t.Run("in Read", func(t *testing.T) {
		t.Parallel()
		inVirtualTime(
			t,
			fakevantage.Options{ReadyAfter: time.Hour},
			func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				time.AfterFunc(time.Minute, p.Stop)
				state := p.Create(t.Context(), minimal)
				fake.ChangeExport(
					state.Text("token"),
					func(e *fakevantage.Export) { e.Status, e.Messages = "FAILED", []string{"no luck"} },
				)
				state = p.Read(t.Context(), state)
				if !state.IsNull() || len(state.Errors()) > 0 || len(state.Warnings()) != 1 ||
					!strings.Contains(state.Warnings()[0], "no luck") {
					t.Errorf("%v %v %v", state.Value, state.Errors(), state.Warnings())
				}
			},
		)
	})
}

func TestADeadAPIDuringARefreshChangesNothing(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		wantCompleted(t, state)
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = func(fakevantage.Request) http.HandlerFunc { return fakevantage.Reset }
		})
		start := time.Now()
		refreshed := p.Read(t.Context(), state)
		if !refreshed.Value.Equal(state.Value) {
			t.Errorf("the state changed to %v", refreshed.Value)
		}
		wantWords(t, refreshed.Errors(), "Could not read unit cost "+
			"export", state.Text("token"), "connection reset", "-refresh=false", "5m0s")
		if time.Since(start) != 5*time.Minute {
			t.Errorf("took %s", time.Since(start))
		}
	})
}

func TestAnEmptyExportWarns(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{Files: -1}, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		if len(state.Errors()) > 0 || len(state.Warnings()) != 1 || !strings.Contains(state.Warnings()[0], "no files") ||
			state.Text("status") != "completed" {
			t.Errorf("%v %v %v", state.Value, state.Errors(), state.Warnings())
		}
		wantUnchanged(t, p, p.Read(t.Context(), state), minimal)
	})
}

func TestDestroyOnlyForgets(t *testing.T) {
	t.Parallel()
	inVirtualTime(
		t,
		fakevantage.Options{RetryAfter: "0"},
		func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
			state := p.Create(t.Context(), minimal)
			gone := p.Apply(context.Background(), state, p.Plan(state, nil), nil)
			if !gone.IsNull() || len(gone.Diagnostics) > 0 {
				t.Errorf("%v %v", gone.Value, gone.Errors())
			}
			acctest.WantRequests(t, fake, 1, 1)
		},
	)
}
