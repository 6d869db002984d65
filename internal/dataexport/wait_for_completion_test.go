package dataexport_test

import (
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// unwaited is a configuration whose apply does not wait for completion.
var unwaited = map[string]any{"cost_report_token": "rprt_1", "wait_for_completion": false}

func TestWaitForCompletion_falseOnlyCreates(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: time.Hour}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), unwaited)
		wantPending(t, state, "")
		acctest.WantRequests(t, fake, 1, 0)
		wantUnchanged(t, p, state, unwaited)
		longer := with(unwaited, "timeouts", map[string]any{"create": "1h"})
		updated := p.Apply(t.Context(), state, p.Plan(state, longer), longer)
		wantPending(t, updated, state.Text("token"))
		fake.Finish(state.Text("token"))
		completed := p.Read(t.Context(), updated)
		wantCompleted(t, completed)
		if n := numberOfFiles(t, completed); n != 1 {
			t.Errorf("%d URLs are stored", n)
		}
		wantUnchanged(t, p, completed, longer)
		wantPosts(t, fake, 1)
	})
}

func TestWaitForCompletion_trueResumesTheWait(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: 10 * time.Minute}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), unwaited)
		completed := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
		wantCompleted(t, completed)
		wantUnchanged(t, p, completed, minimal)
		wantPosts(t, fake, 1)
	})
}
