package dataexport_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const downloadType = "vantage_data_export_download"

// downloading runs f in a bubble, with a provider whose downloads talk to a fake in process, and the configuration of
// one for an export that is there.
func downloading(
	t *testing.T, o fakevantage.Options,
	f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, o)
		token := fake.AddOf("/v2/costs/data_exports", map[string]any{"filter": "f"}, time.Now())
		config := map[string]any{"token": token, "directory": filepath.Join(t.TempDir(), "march")}
		f(t, protocolOf(t, fake, downloadType), fake, config)
	})
}

func TestADownloadThroughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "1", ReadyAfterPolls: 1, Files: 2})
	directory := filepath.Join(t.TempDir(), "march")
	around := acctest.Testdata(t, "download.tf")
	config := func(line string) string {
		return api.Config(around + block("resource", downloadType,
			`token = vantage_unit_cost_export.this.token`, fmt.Sprintf("directory = %q", directory), line))
	}
	address := downloadType + ".this"
	files := func() int { return api.Count(http.MethodGet, "/files/") }
	api.Run(t,
		resource.TestStep{Config: config("")},
		unchanged(config("")),
		resource.TestStep{
			PreConfig: func() {
				if files() != 2 {
					t.Errorf("%d files were asked for, want 2", files())
				}
			},
			Config:           config(`timeouts { create = "1h" }`),
			ConfigPlanChecks: expect(plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)),
		},
		resource.TestStep{
			Config:           config(`triggers = { again = 1 }`),
			ConfigPlanChecks: expect(plancheck.ExpectResourceAction(address, plancheck.ResourceActionReplace)),
		},
	)
	if files() != 4 || api.Posts() != 1 || len(filesIn(t, directory)) != 2 {
		t.Errorf("%d files were asked for of %d exports, and after the destroy there are %v",
			files(), api.Posts(), filesIn(t, directory))
	}
}

func TestADownloadKeepsNoURLAndLooksAtNothingAgain(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: time.Minute, Files: 2}
	downloading(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
		state := p.Create(t.Context(), config)
		wantNoDiagnostics(t, state)
		if state.Text("id") != config["token"] {
			t.Fatalf("the state is %v", state.Value)
		}
		directory := fmt.Sprint(config["directory"])
		there := filesIn(t, directory)
		if len(there) != 2 || strings.Contains(state.Value.String(), "X-Signature") {
			t.Errorf("there are %v; the state is %v", there, state.Value)
		}
		content, err := os.ReadFile(filepath.Join(directory, there[0]))
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256(content)
		if !strings.Contains(state.Value.String(), hex.EncodeToString(digest[:])) {
			t.Errorf("the state %v does not have the digest", state.Value)
		}
		if err := os.RemoveAll(directory); err != nil {
			t.Fatal(err)
		}
		requests := len(fake.Requests())
		time.Sleep(48 * time.Hour)
		refreshed := p.Read(t.Context(), state)
		wantUnchanged(t, p, refreshed, config)
		if len(fake.Requests()) != requests || !refreshed.Value.Equal(state.Value) {
			t.Errorf("%d requests were made by a refresh, and the state is %v", len(fake.Requests())-requests, refreshed.Value)
		}
	})
}

func TestADownloadThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options   fakevantage.Options
		stop      time.Duration
		directory string
		says      []string
	}{
		"no such file": {
			options: fakevantage.Options{Misbehave: answering(fakevantage.Answer(403, "<Error/>"), isFile)},
			says:    []string{"Could not download data export", "403 Forbidden", "Apply again to download the files."},
		},
		"interrupted": {
			options: fakevantage.Options{ReadyAfter: time.Hour},
			stop:    time.Minute,
			says:    []string{"Interrupted after 1m0s", "is still running", "Apply again to download the files."},
		},
		"timed out": {
			options: fakevantage.Options{ReadyAfter: 2 * time.Hour},
			says:    []string{"ran out after 30m0s", "`create` in the resource's timeouts block"},
		},
		"no place": {
			directory: "download_test.go/below",
			says:      []string{"Files cannot be written to", "Nothing was downloaded"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
				if test.directory != "" {
					config["directory"] = test.directory
				}
				if test.stop > 0 {
					time.AfterFunc(test.stop, p.Stop)
				}
				state := p.Create(t.Context(), config)
				wantWords(t, state.Errors(), test.says...)
				if !state.IsNull() {
					t.Errorf("the state is %v", state.Value)
				}
				wantPosts(t, fake, 0)
			}
			downloading(t, test.options, run)
		})
	}
}

func TestTheDownloadAction(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfterPolls: 1, RetryAfter: "20", Files: 2}
	downloading(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any) {
		told := p.Invoke(t.Context(), config)
		wantNoDiagnostics(t, told.State)
		wantLines(t, told.Lines, `The API is asked again in 20s\.`, `The status is "completed", with 2 files\.`,
			`.* has arrived .*`, `.* has arrived .*`, `Downloaded 2 files of the export dta_xprt_\w+ to .*`)
		wantNoSecrets(t, told, fake)
		wantFiles(t, fmt.Sprint(config["directory"]), "unit_costs-001.csv", "unit_costs-002.csv")
		acctest.WantRequests(t, fake, 0, 2)
	})
}

func TestTheDownloadActionIsTriggeredByAnExport(t *testing.T) {
	t.Parallel()
	needsActions(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLIFrom(t, api, "examples/actions/vantage_data_export_download")
	cli.MustRun("apply", "-auto-approve", "-no-color")
	wantFiles(t, filepath.Join(cli.Dir, "exports", "2025-03"), "unit_costs-001.csv")
	wantEmptyPlan(t, cli)
	wantPosts(t, api.Server, 1)
}
