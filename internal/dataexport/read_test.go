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

// Refreshes, drift detection, an apply without changes and a destroy work without the API, and write no state.
func TestRead_expiredExportThroughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, export())
	cli.MustRun("apply", "-no-color", "-auto-approve")
	cli.Age(25 * time.Hour)
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

func TestRead_lostExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config   map[string]any
		response http.HandlerFunc
		after    time.Duration
		kept     bool
	}{
		"before it expires":           {config: minimal, after: time.Hour},
		"before it expires, with 410": {config: minimal, response: fakevantage.Errors(410, "Gone"), after: time.Hour},
		"unwaited":                    {config: unwaited, after: 47 * time.Hour},
		"unwaited, after two days":    {config: unwaited, after: 48 * time.Hour, kept: true},
		"after it expires":            {config: minimal, after: 24 * time.Hour, kept: true},
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
