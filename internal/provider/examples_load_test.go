package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// load replaces wc, the command of the examples that load files, and logs the files for which it succeeds. It reads its
// input to the end, as some commands do.
type load struct {
	t   *testing.T
	dir string
}

func newLoad(t *testing.T) *load {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the command of the example needs a POSIX shell")
	}
	l := &load{t, t.TempDir()}
	l.write("wc", `#!/bin/sh
if grep -qx "$(basename "$2")" "$(dirname "$0")/failing"; then exit 1; fi
cat - "$2" > /dev/null && printf '%s\n' "$2" >> "$(dirname "$0")/loaded"
`)
	l.failFor("")
	return l
}

func (l *load) write(name, text string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o700); err != nil {
		l.t.Fatal(err)
	}
}

// failFor makes the command fail for the file of this name, and for no other.
func (l *load) failFor(name string) { l.write("failing", name+"\n") }

// on puts the command on the path of a CLI.
func (l *load) on(cli *acctest.CLI) *acctest.CLI {
	cli.Setenv("PATH", l.dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return cli
}

// loaded returns the names of the files that were loaded, in order.
func (l *load) loaded() []string {
	text, _ := os.ReadFile(filepath.Join(l.dir, "loaded"))
	var names []string
	for path := range strings.Lines(string(text)) {
		names = append(names, filepath.Base(strings.TrimSpace(path)))
	}
	return names
}

func TestLoad_twoFilesInDirectoryWithSpaces(t *testing.T) {
	t.Parallel()
	for _, directory := range []string{"downstream", "resources/vantage_data_export_download"} {
		t.Run(directory, func(t *testing.T) {
			t.Parallel()
			l := newLoad(t)
			api, cli := startExample(t, directory, examples()[directory], fakevantage.Options{Files: 2})
			spaced := filepath.Join(filepath.Dir(cli.Dir), "with two  spaces")
			if err := os.Rename(cli.Dir, spaced); err != nil {
				t.Fatal(err)
			}
			l.on(cli).Dir = spaced

			l.failFor("unit_costs-001.csv")
			if out, ok := cli.Run("apply", "-auto-approve", "-no-color"); ok {
				t.Errorf("the apply succeeds although a load failed: %s", out)
			}
			l.failFor("")
			apply(t, cli)
			cli.WantEmptyPlan()
			if names := l.loaded(); !slices.Equal(names, []string{"unit_costs-001.csv", "unit_costs-002.csv"}) {
				t.Errorf("loaded %q, want both files once", names)
			}
			if api.Posts() != 1 {
				t.Errorf("%d exports, want 1", api.Posts())
			}
		})
	}
}

// Each month has one export, whatever happens to it at the API after it has expired.
func TestMonthly(t *testing.T) {
	t.Parallel()
	functions.SkipUnlessMet(t)
	l := newLoad(t)
	var down atomic.Bool
	api := acctest.Start(t, fakevantage.Options{
		RetryAfter: "0",
		Misbehave: func(fakevantage.Request) http.HandlerFunc {
			if !down.Load() {
				return nil
			}
			return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
		},
	})
	const report = "TF_VAR_cost_report_token=rprt_1"
	cli := l.on(acctest.NewAttachedCLI(t, api, "examples/monthly", report))
	for i, month := range []struct {
		first, third, last, start, end string
		expired                        func()
	}{
		{
			"2024-01-01T00:00:00Z", "2024-01-03T06:00:00Z", "2024-01-31T23:59:59Z", "2023-12-01", "2023-12-31",
			func() {},
		},
		{
			"2024-02-01T00:00:00Z", "2024-02-03T06:00:00Z", "2024-02-29T23:59:59Z", "2024-01-01", "2024-01-31",
			func() { forgetAll(api) },
		},
		{
			"2024-03-01T00:00:00Z", "2024-03-03T06:00:00Z", "2024-03-31T23:59:59Z", "2024-02-01", "2024-02-29",
			func() { down.Store(true) },
		},
	} {
		exports := i + 1
		l.failFor("unit_costs-001.csv")
		cli.Setenv("TF_VAR_now", month.first)
		if out, ok := cli.Run("apply", "-auto-approve", "-no-color"); ok {
			t.Fatalf("at %s the apply succeeds although the load failed: %s", month.first, out)
		}
		want := fmt.Sprintf(`{"cost_report_token":"rprt_1","start_date":%q,"end_date":%q}`, month.start, month.end)
		if body := lastPost(api); body != want || api.Posts() != exports {
			t.Fatalf("at %s %d exports, the last one with %s, want %d and %s", month.first, api.Posts(), body, exports, want)
		}

		twoDaysPass(api, cli)
		month.expired()
		requests := len(api.Requests())
		l.failFor("")
		cli.Setenv("TF_VAR_now", month.third)
		if out := cli.MustRun("apply", "-auto-approve", "-no-color"); strings.Contains(out, "Warning") {
			t.Errorf("at %s the apply warns: %s", month.third, out)
		}
		cli.Setenv("TF_VAR_now", month.last)
		cli.WantEmptyPlan()
		// With -detailed-exitcode Terraform exits 2 without drift: hashicorp/terraform#36403.
		if out := cli.MustRun("plan", "-refresh-only", "-json"); strings.Contains(out, `"type":"resource_drift"`) {
			t.Errorf("at %s there is drift: %s", month.last, out)
		}
		if made := len(api.Requests()) - requests; made != 0 || len(l.loaded()) != exports {
			t.Errorf("until %s %d requests for the expired export, %d files loaded", month.last, made, len(l.loaded()))
		}
		down.Store(false)
	}

	// On another machine, after late costs or a failed load.
	next := l.on(acctest.NewAttachedCLI(t, api, "examples/monthly", report, "TF_VAR_now=2024-03-04T06:00:00Z"))
	moveState(t, cli, next)
	apply(t, next, "-replace=vantage_unit_cost_export.last_month")
	next.MustRun("destroy", "-auto-approve", "-no-color")
	if api.Posts() != 4 || len(l.loaded()) != 4 {
		t.Errorf("%d exports and %d files loaded, want 4 of each", api.Posts(), len(l.loaded()))
	}
}

// moveState gives the state of one machine to another, as a backend does. Files stay behind.
func moveState(t *testing.T, from, to *acctest.CLI) {
	t.Helper()
	const state = "terraform.tfstate"
	if err := os.Rename(filepath.Join(from.Dir, state), filepath.Join(to.Dir, state)); err != nil {
		t.Fatal(err)
	}
}

func forgetAll(api *acctest.API) {
	for token := range api.Exports() {
		api.Forget(token)
	}
}

// twoDaysPass moves the times that the state and the API know into the past.
func twoDaysPass(api *acctest.API, cli *acctest.CLI) {
	const age = 48 * time.Hour
	for token := range api.Exports() {
		api.ChangeExport(token, func(e *fakevantage.Export) { e.CompletedAt = e.CompletedAt.Add(-age) })
	}
	cli.Age(age)
}

func lastPost(api *acctest.API) string {
	last := ""
	for _, r := range api.Requests() {
		if r.Method == http.MethodPost {
			last = r.Body
		}
	}
	return last
}

// Without the variable, the time of the plan decides.
func TestMonthly_now(t *testing.T) {
	t.Parallel()
	functions.SkipUnlessMet(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewAttachedCLI(t, api, "examples/monthly", "TF_VAR_cost_report_token=rprt_1")
	before := time.Now().UTC()
	apply(t, cli)
	if time.Now().UTC().Month() != before.Month() {
		t.Skip("the month has changed during the test")
	}
	cli.WantEmptyPlan()
	first := time.Date(before.Year(), before.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	want := fmt.Sprintf(`"start_date":%q,"end_date":%q`,
		first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly))
	if body := lastPost(api); !strings.Contains(body, want) {
		t.Errorf("the request has %s, want %s", body, want)
	}
}

// The steps that follow find the files on a new disk, and each day has one export.
func TestPipeline(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	exports := map[string]bool{}
	var cli *acctest.CLI
	for i, day := range []string{"2025-04-01", "2025-04-01", "2025-04-02"} {
		next := acctest.NewAttachedCLI(t, api, "examples/pipeline", "TF_VAR_cost_report_token=rprt_1", "TF_VAR_day="+day,
			fmt.Sprintf("TF_VAR_run=%d", i))
		if cli != nil {
			moveState(t, cli, next)
		}
		cli = next
		apply(t, cli)
		cli.WantEmptyPlan()
		directory := strings.TrimSpace(cli.MustRun("output", "-raw", "directory"))
		if files, err := filepath.Glob(filepath.Join(cli.Dir, directory, "*.csv")); err != nil || len(files) != 1 {
			t.Errorf("run %d has the files %q, %v, want one", i, files, err)
		}
		if exports[day+directory] = true; len(exports) != api.Posts() {
			t.Errorf("%d exports for %v, want one per day", api.Posts(), exports)
		}
	}
}
