package dataexport_test

import (
	"archive/zip"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// No output contains the API token, and only state and plan contain a signature.
func TestCredentials_areNotShown(t *testing.T) {
	t.Parallel()
	refusal := fakevantage.Errors(500,
		"cannot use the token "+acctest.APIToken+" now", "see https://x.example/log?X-Signature=0123")
	api := acctest.Start(t, fakevantage.Options{
		ReadyAfterPolls: 1,
		RetryAfter:      "1",
		PendingBody:     true,
		Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			switch r.N {
			case 1:
				return refusal
			case 2:
				return fakevantage.Reset
			}
			return nil
		},
	})
	same := `data "vantage_data_export" "same" { token = vantage_unit_cost_export.this.token }`
	cli := acctest.NewCLI(t, api, withOutputs(t)+same)
	logFile := traced(t, cli)
	shown := ""
	run := func(args ...string) {
		out, _ := cli.Run(args...)
		shown += out
	}
	run("plan", "-no-color", "-out=plan.tfplan")
	run("apply", "-no-color", "plan.tfplan")
	run("output", "-no-color")
	run("plan", "-no-color")
	forbidden := "token " + acctest.APIToken + " may not see https://f.example/a.csv?X-Signature=abc"
	api.Change(func(o *fakevantage.Options) { o.Misbehave = always(fakevantage.Errors(403, forbidden)) })
	run("plan", "-no-color") // fails with the API's message
	api.Change(func(o *fakevantage.Options) { o.Misbehave = nil })
	run("destroy", "-no-color", "-auto-approve")

	wantSaid(t, flat(shown), "completed_at", "(API token) may not see https://f.example/a.csv")
	produced := leftBehind(t, cli, logFile)
	wantSaid(t, produced["trace.log"], "received response", "waiting")
	produced["the output"] = shown
	for name, text := range produced {
		if strings.Contains(text, acctest.APIToken) {
			t.Errorf("%s holds the API token", name)
		}
		mayHoldURLs := strings.HasPrefix(name, "terraform.tfstate") || name == "plan.tfplan"
		if at := strings.Index(text, "X-Signature="); at >= 0 && !mayHoldURLs {
			t.Errorf("%s holds a signature: %s", name, text[max(0, at-400):at+20])
		}
	}
	if !strings.Contains(produced["terraform.tfstate.backup"], "X-Signature=") {
		t.Error("the search does not find a signature in state")
	}
}

// In a plan file, an apply, an interrupted and resumed wait, refreshes, a log at TRACE and outputs.
func TestStoreFileURLs_falseKeepsNoSignature(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	cli := acctest.NewCLI(t, api, acctest.Testdata(t, "without_urls.tf"))
	logFile := traced(t, cli)
	shown := cli.MustRun("plan", "-no-color", "-out=create.tfplan")
	apply := cli.Start("apply", "-no-color", "create.tfplan")
	acctest.Eventually(t, "the export is polled", func() bool { return api.Gets() > 0 })
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
	if this := cli.Instances()[address]; this.Attributes["status"] != "completed" {
		t.Errorf("the state has %+v", this)
	}
	wantPosts(t, api.Server, 1)
	produced := leftBehind(t, cli, logFile)
	produced["the output"] = shown
	for name, text := range produced {
		if strings.Contains(text, "X-Signature") || strings.Contains(text, "/files/") {
			t.Errorf("%s has the URL of a file", name)
		}
	}
}

// leftBehind returns the log, the states and the plans of a CLI by their file names.
func leftBehind(t *testing.T, cli *acctest.CLI, logFile string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, path := range []string{
		logFile, filepath.Join(cli.Dir, "terraform.tfstate"), filepath.Join(cli.Dir, "terraform.tfstate.backup"),
	} {
		out[filepath.Base(path)] = acctest.Contents(t, path)
	}
	plans, err := filepath.Glob(filepath.Join(cli.Dir, "*.tfplan"))
	if err != nil || len(plans) == 0 {
		t.Errorf("there are no plans, %v", err)
	}
	for _, plan := range plans {
		out[filepath.Base(plan)] = unzipped(t, plan)
	}
	return out
}

// unzipped returns the contents of a plan file.
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
