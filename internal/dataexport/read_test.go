package dataexport_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// Of a completed export, refreshes, drift detection, an apply without changes and a destroy work without the API, and
// write no state.
func TestRead_completedExportThroughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, export())
	cli.MustRun("apply", "-no-color", "-auto-approve")
	api.Change(func(o *fakevantage.Options) { o.Misbehave = always(fakevantage.Reset) })
	state := acctest.Contents(t, filepath.Join(cli.Dir, "terraform.tfstate"))
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
	if acctest.Contents(t, filepath.Join(cli.Dir, "terraform.tfstate")) != state {
		t.Error("state has changed")
	}
	cli.MustRun("destroy", "-no-color", "-auto-approve")
	api.WantRequests(t, 1, 1)
}

// A completed export is never requested again. A pending export is, until it counts as expired.
func TestRead_lostExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config   map[string]any
		response http.HandlerFunc
		after    time.Duration
		gets     int
		kept     bool
	}{
		"completed":               {config: minimal, after: time.Hour, gets: 1, kept: true},
		"expired":                 {config: minimal, after: 24 * time.Hour, gets: 1, kept: true},
		"pending":                 {config: unwaited, after: 47 * time.Hour, gets: 1},
		"pending, with 410":       {config: unwaited, response: fakevantage.Errors(410, "Gone"), after: time.Hour, gets: 1},
		"pending, after two days": {config: unwaited, after: 48 * time.Hour, kept: true},
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
				acctest.WantRequests(t, fake, 1, test.gets)
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
