package dataexport_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestRead_expiredExportIsAFinishedRecord(t *testing.T) {
	t.Parallel()
	for name, api := range map[string]http.HandlerFunc{
		"described": nil,
		"unknown":   fakevantage.Errors(404, "DataExport not found."),
		"down":      fakevantage.Reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				if api != nil {
					fake.Change(func(o *fakevantage.Options) { o.Misbehave = always(api) })
				}
				requests := len(fake.Requests())
				time.Sleep(24 * time.Hour)
				for range 3 {
					refreshed := p.Read(t.Context(), state)
					wantNoDiagnostics(t, refreshed)
					wantSame(t, state, refreshed)
					wantUnchanged(t, p, refreshed, minimal)
				}
				unconfigured := acctest.NewProtocol(t, nil)
				wantNoDiagnostics(t, unconfigured.Read(t.Context(), state))
				wantReplaced(t, p.Plan(state, map[string]any{"cost_report_token": "rprt_2"}), "cost_report_token")
				wantReplaced(t, p.Plan(state, map[string]any{
					"cost_report_token": "rprt_1", "triggers": map[string]any{"month": "2025-03"},
				}), "triggers")
				wantNoDiagnostics(t, p.Apply(t.Context(), state, p.Plan(state, nil), nil))
				if n := len(fake.Requests()) - requests; n != 0 {
					t.Errorf("%d requests were sent", n)
				}
			})
		})
	}
}

// Refreshes, drift detection, an apply without changes and a destroy work without the API, and write no state.
func TestRead_expiredExportThroughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, export())
	cli.MustRun("apply", "-no-color", "-auto-approve")
	cli.Age(25 * time.Hour)
	api.Change(func(o *fakevantage.Options) { o.Misbehave = always(fakevantage.Reset) })
	state := contents(t, filepath.Join(cli.Dir, "terraform.tfstate"))
	for _, args := range [][]string{
		{"plan", "-detailed-exitcode"},
		{"plan", "-detailed-exitcode", "-refresh=false"},
		{"plan", "-refresh-only"}, // exits 2 without drift: hashicorp/terraform#36403
		{"apply", "-auto-approve"},
	} {
		out := cli.MustRun(append(args, "-no-color")...)
		if strings.Contains(out, "Warning") || !strings.Contains(out, "No changes.") {
			t.Errorf("%v shows %s", args, out)
		}
	}
	if contents(t, filepath.Join(cli.Dir, "terraform.tfstate")) != state {
		t.Error("state has changed")
	}
	cli.MustRun("destroy", "-no-color", "-auto-approve")
	api.WantRequests(t, 1, 1)
}

func TestRead_withoutValidUntilExpiresAfterTwoDays(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{ValidFor: -1}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		for _, gets := range []int{2, 2} {
			time.Sleep(47 * time.Hour)
			wantSame(t, state, p.Read(t.Context(), state))
			acctest.WantRequests(t, fake, 1, gets)
		}
	})
}

func TestRead_lostExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config   map[string]any
		response http.HandlerFunc
		after    time.Duration
		kept     bool
	}{
		"before it expires":            {config: minimal, after: time.Hour},
		"before it expires, with 410":  {config: minimal, response: fakevantage.Errors(410, "Gone"), after: time.Hour},
		"with renewal":                 {config: renewed("2h"), after: time.Hour},
		"unwaited":                     {config: unwaited, after: 47 * time.Hour},
		"unwaited, after two days":     {config: unwaited, after: 48 * time.Hour, kept: true},
		"after it expires":             {config: minimal, after: 24 * time.Hour, kept: true},
		"after it expires, with files": {config: renewed("2h"), after: 24 * time.Hour, kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), test.config)
				fake.Forget(state.Text("token"))
				if test.response != nil {
					fake.Change(func(o *fakevantage.Options) { o.Misbehave = get(test.response) })
				}
				time.Sleep(test.after)
				read := p.Read(t.Context(), state)
				if test.kept {
					wantNoDiagnostics(t, read)
					wantSame(t, state, read)
					return
				}
				wantWarning(t, read, state.Text("token"))
				if !read.IsNull() {
					t.Errorf("the state is %v", read.Value)
				}
			})
		})
	}
}

// unwaited is a configuration whose apply does not wait for completion.
var unwaited = map[string]any{"cost_report_token": "rprt_1", "wait_for_completion": false}

func TestRead_completedExportStaysCompleted(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]http.HandlerFunc{
		"202":           fakevantage.Answer(202, "202"),
		"204":           fakevantage.Answer(204, ""),
		"202 completed": fakevantage.Answer(202, `{"status":"completed"}`),
		"200 pending":   fakevantage.Answer(200, `{"status":"pending"}`),
		"200 expired":   fakevantage.Answer(200, `{"status":"expired"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				fake.Change(func(o *fakevantage.Options) { o.Misbehave = get(response) })
				wantSame(t, state, p.Read(t.Context(), state))
			})
		})
	}
}

// What a refresh may change: URLs that have expired, of an export that is still valid.
func TestRead_storedURLs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options fakevantage.Options
		wait    time.Duration
		change  func(*fakevantage.Export)
		fresh   bool
	}{
		"signed again":      {},
		"another order":    {options: fakevantage.Options{RotateFiles: true}},
		"a new attribute":  {options: fakevantage.Options{LateAttribute: "owner"}},
		"a later end":      {change: func(e *fakevantage.Export) { e.ValidUntil = e.CompletedAt.Add(48 * time.Hour) }},
		"still working":    {options: fakevantage.Options{URLLifetime: 6 * time.Hour}, wait: 6*time.Hour - time.Minute},
		"expired":          {options: fakevantage.Options{URLLifetime: 6 * time.Hour}, wait: 6 * time.Hour, fresh: true},
		"expired for good": {options: fakevantage.Options{URLLifetime: 6 * time.Hour}, wait: 24 * time.Hour},
		"expired, as are those of the response": {
			options: fakevantage.Options{URLLifetime: 6 * time.Hour},
			wait:    7 * time.Hour,
			change:  func(e *fakevantage.Export) { e.ValidUntil = e.CompletedAt.Add(time.Hour) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.options.Files = 3
			inVirtualTime(t, test.options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				if test.change != nil {
					fake.ChangeExport(state.Text("token"), test.change)
				}
				time.Sleep(test.wait)
				refreshed := p.Read(t.Context(), state)
				wantNoDiagnostics(t, refreshed)
				if !test.fresh {
					wantSame(t, state, refreshed)
				} else if changed := changes(t, state, refreshed); len(changed) == 0 || slices.Contains(changed, "completed_at") {
					t.Errorf("%v changed, want the URLs", changed)
				}
				wantUnchanged(t, p, refreshed, minimal)
			})
		})
	}
}
