package dataexport_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// downloading runs f in virtual time, with the configuration of a download of an existing export.
func downloading(
	t *testing.T, o fakevantage.Options,
	f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any),
) {
	t.Helper()
	inVirtualTimeOf(t, downloadType, o, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		f(t, p, fake, downloadOf(t, fake))
	})
}

func downloadOf(t *testing.T, fake *fakevantage.Server) map[string]any {
	t.Helper()
	token := fake.AddOf("/v2/costs/data_exports", map[string]any{"filter": "f"}, time.Now())
	return map[string]any{"token": token, "directory": filepath.Join(t.TempDir(), "march")}
}

func TestDownloadResource_storesNoURL(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: time.Minute, Files: 2}
	downloading(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
		state := p.Create(t.Context(), config)
		wantNoDiagnostics(t, state)
		directory := fmt.Sprint(config["directory"])
		found := filesIn(t, directory)
		if len(found) != 2 || state.Text("id") != config["token"] || strings.Contains(state.Value.String(), "X-Signature") {
			t.Fatalf("%v; the state is %v", found, state.Value)
		}
		content, err := os.ReadFile(filepath.Join(directory, found[0]))
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256(content)
		if !strings.Contains(state.Value.String(), hex.EncodeToString(digest[:])) {
			t.Errorf("the state %v lacks the digest", state.Value)
		}
		// An update shows no value as unknown.
		longer := with(config, "timeouts", map[string]any{"create": "1h"})
		plan := p.Plan(state, longer)
		if changed := changes(t, state, plan); plan.Replace || !plan.Value.IsFullyKnown() {
			t.Errorf("the plan changes %v", changed)
		}
		wantUnchanged(t, p, p.Apply(t.Context(), state, plan, longer), longer)
		// Without verify_files, a refresh neither sends a request nor looks at the files.
		if err := os.RemoveAll(directory); err != nil {
			t.Fatal(err)
		}
		requests := len(fake.Requests())
		time.Sleep(48 * time.Hour)
		refreshed := p.Read(t.Context(), state)
		wantSame(t, state, refreshed)
		wantUnchanged(t, p, refreshed, config)
		// A replacement of an expired download will fail, which only a warning says: core plans before a destroy as well.
		again := p.Plan(state, with(config, "triggers", map[string]any{"run": "2"}))
		wantReplaced(t, again, "triggers")
		wantWarning(t, again, "expired at 2000-01-02T00:01:00Z")
		wantNoDiagnostics(t, p.Plan(state, nil))
		if len(fake.Requests()) != requests {
			t.Errorf("a refresh sent %d requests", len(fake.Requests())-requests)
		}
	})
}

func TestDownloadResource_verifiesFiles(t *testing.T) {
	t.Parallel()
	overwrite := func(size int) func(string) error {
		return func(file string) error { return os.WriteFile(file, make([]byte, size), 0o600) }
	}
	linkTo := func(target string) func(string) error {
		return func(file string) error { return errors.Join(os.Remove(file), os.Symlink(target, file)) }
	}
	// A FIFO would block its reader until another process writes to it.
	fifo := func(file string) error {
		return errors.Join(os.Remove(file), exec.CommandContext(context.Background(), "mkfifo", file).Run())
	}
	for name, test := range map[string]struct {
		change  func(file string) error
		age     time.Duration
		warning string // "" for none
		removed bool
	}{
		"unchanged":        {func(string) error { return nil }, time.Hour, "", false},
		"missing":          {os.Remove, time.Hour, "unit_costs-002.csv cannot be read: no such file or directory", true},
		"longer":           {overwrite(1001), time.Hour, "unit_costs-002.csv no longer has 1000 bytes", true},
		"other content":    {overwrite(1000), time.Hour, "unit_costs-002.csv no longer has the content", true},
		"device":           {linkTo("/dev/zero"), time.Hour, "unit_costs-002.csv is no longer a regular file", true},
		"FIFO":             {fifo, time.Hour, "unit_costs-002.csv is no longer a regular file", true},
		"missing, valid":   {os.Remove, 23 * time.Hour, "is valid until 2000-01-02T00:00:00Z. The next apply", true},
		"missing, expired": {os.Remove, 24 * time.Hour, "expired at 2000-01-02T00:00:00Z, so that", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{Files: 2, FileSize: 1000}
			downloading(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
				config["verify_files"] = true
				state := p.Create(t.Context(), config)
				wantNoDiagnostics(t, state)
				requests := len(fake.Requests())
				err := test.change(filepath.Join(fmt.Sprint(config["directory"]), "unit_costs-002.csv"))
				switch {
				case errors.Is(err, exec.ErrNotFound):
					t.Skip(err)
				case err != nil:
					t.Fatal(err)
				}
				time.Sleep(test.age)
				refreshed := p.Read(t.Context(), state)
				if test.warning == "" {
					wantNoDiagnostics(t, refreshed)
				} else {
					wantWarning(t, refreshed, test.warning)
				}
				if len(fake.Requests()) != requests {
					t.Errorf("a refresh sent %d requests", len(fake.Requests())-requests)
				}
				if !test.removed {
					wantSame(t, state, refreshed)
					wantUnchanged(t, p, refreshed, config)
					return
				}
				if !refreshed.IsNull() {
					t.Fatalf("the state is %v", refreshed.Value)
				}
				again := p.Create(t.Context(), config)
				wantNoDiagnostics(t, again)
				wantSame(t, again, p.Read(t.Context(), again))
			})
		})
	}
}

// An interrupt neither changes the state nor waits for the rest of the files.
func TestDownloadResource_interruptedVerificationChangesNothing(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{}
	downloading(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server, config map[string]any) {
		config["verify_files"] = true
		state := p.Create(t.Context(), config)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		refreshed := p.Read(ctx, state)
		wantError(t, refreshed, "Could not read data export", "interrupted")
		if !refreshed.Value.Equal(state.Value) {
			t.Errorf("the state is %v", refreshed.Value)
		}
	})
}

// A state of the version before filename_prefix, verify_files and valid_until.
func TestDownloadResource_verifiesFilesOfEarlierVersions(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server, config map[string]any) {
		file := map[string]any{"name": "a.csv", "path": "/gone/a.csv", "size": 3, "sha256": "ba7816bf"}
		state := p.State(with(with(config, "id", config["token"]), "files", []any{file}))
		verified := with(config, "verify_files", true)
		plan := p.Plan(state, verified)
		if changed := changes(t, state, plan); len(changed) != 1 || !strings.Contains(changed[0], "verify_files") {
			t.Errorf("the plan changes %v", changed)
		}
		updated := p.Apply(t.Context(), state, plan, verified)
		wantWarning(t, p.Read(t.Context(), updated), "is unknown, so that the state is unchanged")
	}
	downloading(t, fakevantage.Options{}, run)
}

// The recorded names of files are those of the report and the dates, so that two exports of a report have the same.
func TestDownloads_rejectPathsOfAnotherExport(t *testing.T) {
	t.Parallel()
	sameNames := fakevantage.Options{Files: 2, FileSize: 1000}
	downloading(t, sameNames, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
		directory := fmt.Sprint(config["directory"])
		first := p.Create(t.Context(), config)
		wantNoDiagnostics(t, first)
		other := with(downloadOf(t, fake), "directory", directory)
		files := fake.Count(http.MethodGet, "/files/")
		says := []string{
			filepath.Join(directory, "unit_costs-001.csv"), first.Text("token"), fmt.Sprint(other["token"]), "`filename_prefix`",
		}
		wantError(t, p.Create(t.Context(), other), says...)
		wantError(t, p.Invoke(t.Context(), other).State, says...)
		if n := fake.Count(http.MethodGet, "/files/"); n != files {
			t.Errorf("%d files were requested", n-files)
		}
		wantNoDiagnostics(t, p.Create(t.Context(), config))
		wantNoDiagnostics(t, p.Create(t.Context(), with(other, "filename_prefix", "focus-")))
		wantFiles(t, directory,
			"focus-unit_costs-001.csv", "focus-unit_costs-002.csv", "unit_costs-001.csv", "unit_costs-002.csv")
		// A later run replaces the files.
		wantNoDiagnostics(t, acctest.NewProtocolFor(t, fake, downloadType).Create(t.Context(), other))
	})
}
