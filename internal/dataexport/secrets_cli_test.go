package dataexport_test

import (
	"archive/zip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// Nothing that is produced anywhere may hold the API token, and nothing but state and plan a signature.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	api := acctest.Start(
		t,
		fakevantage.Options{
			ReadyAfterPolls: 1,
			RetryAfter:      "1",
			PendingBody:     true,
			Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				switch {
				case r.N == 1:
					return fakevantage.Errors(
						500,
						"cannot use the token "+acctest.APIToken+" now",
						"see https://x.example/log?X-Signature=0123",
					)
				case r.N == 2:
					return fakevantage.Reset
				}
				return nil
			},
		},
	)
	cli := acctest.NewCLI(
		t,
		api,
		oneExport+`data "vantage_data_export" "same" { token = vantage_unit_cost_export.this.token }`,
	)
	logFile := filepath.Join(t.TempDir(), "trace.log")
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("TF_LOG_PATH", logFile)
	var shown strings.Builder
	run := func(args ...string) {
		out, _ := cli.Run(args...)
		shown.WriteString(out)
	}
	run("plan", "-no-color", "-out=plan.tfplan")
	run("apply", "-no-color", "plan.tfplan")
	run("output", "-no-color")
	run("plan", "-no-color")
	api.Change(func(o *fakevantage.Options) {
		o.Misbehave = func(fakevantage.Request) http.HandlerFunc {
			return fakevantage.Errors(403, "token "+acctest.APIToken+" may not see https://f.example/a.csv?X-Signature=abc")
		}
	})
	run("plan", "-no-color") // fails, with the server's words
	api.Change(func(o *fakevantage.Options) { o.Misbehave = nil })
	run("destroy", "-no-color", "-auto-approve")

	if all := flat(shown.String()); !strings.Contains(all, "completed_at") || !strings.Contains(all, "(API token) may "+
		"not see https://f.example/a.csv?(query removed)") {
		t.Errorf("the life did not take its course: %s", shown.String())
	}
	log, err := os.ReadFile(logFile)
	if err != nil || !strings.Contains(string(log), "request answered") || !strings.Contains(string(log), "waiting") {
		t.Errorf("the log does not tell of requests and waits, %v", err)
	}
	produced := map[string]string{"the output": shown.String(), "the log": string(log)}
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup"} {
		text, err := os.ReadFile(filepath.Join(cli.Dir, name))
		if err != nil {
			t.Error(err)
		}
		produced[name] = string(text)
	}
	produced["plan.tfplan"] = unzipped(t, filepath.Join(cli.Dir, "plan.tfplan"))
	for name, text := range produced {
		if strings.Contains(text, acctest.APIToken) {
			t.Errorf("%s holds the API token", name)
		}
		if strings.Contains(text, "X-Signature=") && !strings.HasPrefix(name, "terraform.tfstate") && name != "plan.tfplan" {
			at := strings.Index(text, "X-Signature=")
			t.Errorf("%s holds a signature: %s", name, text[max(0, at-400):at+20])
		}
	}
	if !strings.Contains(produced["terraform.tfstate.backup"], "X-Signature=") {
		t.Error("the search finds no signature even where there is one")
	}
}

// Through a plan file, an apply, an interrupted wait that is resumed, refreshes, a log at TRACE and outputs.
func TestNoSignatureIsKeptWhereURLsAreNotStored(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	cli := acctest.NewCLI(t, api, `
resource "vantage_unit_cost_export" "this" {
  cost_report_token = "rprt_1"
  store_file_urls   = false
}
output "manifest" {
  value     = vantage_unit_cost_export.this.manifest
  sensitive = true
}
`)
	logFile := filepath.Join(t.TempDir(), "trace.log")
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("TF_LOG_PATH", logFile)
	shown := cli.MustRun("plan", "-no-color", "-out=create.tfplan")
	apply := cli.Start("apply", "-no-color", "create.tfplan")
	when(t, api, func() bool { return api.Gets() > 0 })
	apply.Interrupt()
	out, _ := apply.Wait()
	shown += out + cli.MustRun("plan", "-no-color", "-out=resume.tfplan")
	for token := range api.Exports() {
		api.Finish(token)
	}
	shown += cli.MustRun("apply", "-no-color", "resume.tfplan")
	shown += cli.MustRun("plan", "-no-color", "-detailed-exitcode", "-out=empty.tfplan")
	shown += cli.MustRun("refresh", "-no-color")
	shown += cli.MustRun("output", "-json")
	if this := cli.Instances()[address]; this.Attributes["status"] != "completed" || api.Posts() != 1 {
		t.Errorf("the state has %+v after %d POSTs", this, api.Posts())
	}
	produced := map[string]string{"what was shown": shown}
	for _, name := range []string{"create.tfplan", "resume.tfplan", "empty.tfplan"} {
		produced[name] = unzipped(t, filepath.Join(cli.Dir, name))
	}
	for _, path := range []string{
		logFile, filepath.Join(cli.Dir, "terraform.tfstate"), filepath.Join(cli.Dir, "terraform.tfstate.backup"),
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		produced[filepath.Base(path)] = string(text)
	}
	for name, text := range produced {
		if strings.Contains(text, "X-Signature") || strings.Contains(text, "/files/") {
			t.Errorf("%s has the URL of a file", name)
		}
	}
}

// unzipped returns all that is in a plan file.
func unzipped(t *testing.T, path string) string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all strings.Builder
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
