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

const downloadType = "vantage_data_export_download"

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

// with returns a configuration with one more argument.
func with(config map[string]any, name string, value any) map[string]any {
	more := map[string]any{name: value}
	for name, value := range config {
		if _, ok := more[name]; !ok {
			more[name] = value
		}
	}
	return more
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
				if err := test.change(filepath.Join(fmt.Sprint(config["directory"]), "unit_costs-002.csv")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(test.age)
				refreshed := p.Read(t.Context(), state)
				switch {
				case test.warning == "":
					wantNoDiagnostics(t, refreshed)
				default:
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

// A FIFO would block its reader until another process writes to it.
func TestDownloadResource_verifiesNoFIFO(t *testing.T) {
	t.Parallel()
	mkfifo, err := exec.LookPath("mkfifo")
	if err != nil {
		t.Skip("needs mkfifo")
	}
	options := fakevantage.Options{}
	downloading(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server, config map[string]any) {
		config["verify_files"] = true
		state := p.Create(t.Context(), config)
		file := filepath.Join(fmt.Sprint(config["directory"]), "unit_costs-001.csv")
		create := func() error { return exec.CommandContext(context.WithoutCancel(t.Context()), mkfifo, file).Run() }
		if err := errors.Join(os.Remove(file), create()); err != nil {
			t.Fatal(err)
		}
		wantWarning(t, p.Read(t.Context(), state), "unit_costs-001.csv is no longer a regular file")
	})
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
		wantWords(t, refreshed.Errors(), "Could not read data export", "interrupted")
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
		wantWords(t, p.Create(t.Context(), other).Errors(), says...)
		wantWords(t, p.Invoke(t.Context(), other).Errors(), says...)
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

func TestDownloads_failureStoresNothing(t *testing.T) {
	t.Parallel()
	const again, fix = "Apply again to download the files.", "To create a new export, apply with `-replace`"
	expired := func(fake *fakevantage.Server, token string) {
		fake.ChangeExport(token, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-25 * time.Hour) })
	}
	for name, test := range map[string]struct {
		options   fakevantage.Options
		prepare   func(fake *fakevantage.Server, token string)
		stop      time.Duration
		directory string
		files     int // requests
		says      []string
	}{
		"rejected": {
			options: fakevantage.Options{Misbehave: misbehaving(fakevantage.Answer(401, "<Error/>"), isFile)},
			files:   2,
			says:    []string{"The file server api.vantage.sh rejected the request for unit_costs-001.csv with 401", again},
		},
		"expired": {prepare: expired, says: []string{"expired at 1999-12-31T23:00:00Z", "no longer be downloaded", fix}},
		"expired by status": {
			options: fakevantage.Options{Misbehave: get(fakevantage.Answer(200, `{"status": "expired"}`))},
			says:    []string{"expired", fix},
		},
		"not found": {
			prepare: func(fake *fakevantage.Server, token string) { fake.Forget(token) },
			says:    []string{"404 Not Found", "has expired, or the token is mistyped", fix},
		},
		"interrupted": {
			options: fakevantage.Options{ReadyAfter: time.Hour}, stop: time.Minute,
			says: []string{"interrupted after 1m0s", "is still running", again},
		},
		"timed out": {
			options: fakevantage.Options{ReadyAfter: 2 * time.Hour},
			says:    []string{"The operation timed out after", "`create` in the resource's timeouts block"},
		},
		"not writable": {
			directory: "download_test.go/below",
			says:      []string{"is not writable: not a directory", "Nothing was created or downloaded"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
				if test.directory != "" {
					config["directory"] = test.directory
				}
				if test.prepare != nil {
					test.prepare(fake, fmt.Sprint(config["token"]))
				}
				if test.stop > 0 {
					time.AfterFunc(test.stop, p.Stop)
				}
				state := p.Create(t.Context(), config)
				wantWords(t, state.Errors(), append(test.says, "Could not download data export")...)
				if n := fake.Count(http.MethodGet, "/files/"); !state.IsNull() || n != test.files {
					t.Errorf("the state is %v after %d requests for files", state.Value, n)
				}
				wantPosts(t, fake, 0)
			}
			downloading(t, test.options, run)
		})
	}
}

func TestDownloads_withUnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocolOf(t, nil, downloadType)
	directory := filepath.Join(t.TempDir(), "march")
	config := map[string]any{"token": "dta_xprt_1", "directory": directory}
	says := []string{"Could not download data export", "known only after apply"}
	wantWords(t, p.Create(t.Context(), config).Errors(), says...)
	wantWords(t, p.Invoke(t.Context(), config).Errors(), says...)
	if _, err := os.Stat(directory); err == nil {
		t.Error("the directory was created")
	}
}

func TestDownloadAction_reportsProgress(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfterPolls: 1, RetryAfter: "20", Files: 2}
	downloading(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
		config["filename_prefix"] = "march-"
		told := p.Invoke(t.Context(), config)
		wantNoDiagnostics(t, told.State)
		wantLines(t, told.Lines, `The export dta_xprt_\w+ is still running\. The next poll is in 20s\.`,
			`The status is "completed", with 2 files\.`,
			`Downloaded march-unit_costs-00[12]\.csv .*`, `Downloaded march-unit_costs-00[12]\.csv .*`,
			`Downloaded 2 files of the export dta_xprt_\w+ to .*`)
		wantNoSecrets(t, told, fake)
		wantFiles(t, fmt.Sprint(config["directory"]), "march-unit_costs-001.csv", "march-unit_costs-002.csv")
		acctest.WantRequests(t, fake, 0, 2)
	})
}

func TestDownloads_rejectInvalidArguments(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
		tilde, prefix := with(config, "directory", "~/exports"), with(config, "filename_prefix", ".hidden")
		wantWords(t, p.Validate(tilde).Errors(), `pathexpand("~/exports")`)
		wantWords(t, p.Invoke(t.Context(), tilde).Errors(), `pathexpand("~/exports")`)
		wantWords(t, p.Validate(with(config, "directory", "exports\x1b[31m")).Errors(), "must not have control characters")
		wantWords(t, p.Validate(with(config, "directory", "exports\n")).Errors(), "must not have control characters")
		wantWords(t, p.Validate(prefix).Errors(), "must have up to 40 letters")
		wantWords(t, p.Invoke(t.Context(), prefix).Errors(), "must have up to 40 letters")
		acctest.WantRequests(t, fake, 0, 0)
	}
	downloading(t, fakevantage.Options{}, run)
}
