package dataexport_test

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const address = "vantage_unit_cost_export.this"

// export is a configuration of the resource at address with further lines.
func export(lines ...string) string {
	return fmt.Sprintf("resource \"vantage_unit_cost_export\" \"this\" {\n  cost_report_token = \"rprt_1\"\n%s\n}\n",
		strings.Join(lines, "\n"))
}

// withOutputs is a configuration of the resource at address with further lines, and outputs of it.
func withOutputs(t *testing.T, lines ...string) string {
	t.Helper()
	return export(lines...) + acctest.Testdata(t, "outputs.tf")
}

// traced makes the CLI write a log at TRACE, and returns its path.
func traced(t *testing.T, cli *acctest.CLI) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace.log")
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("TF_LOG_PATH", path)
	return path
}

// flat returns the output of the CLI without its borders and line breaks.
func flat(out string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", "", "╷", "", "╵", "").Replace(out)), " ")
}

// Of a completed export, refreshes, drift detection, an apply without changes, an update and a destroy work without the
// API. A saved plan renews the export once, without a refresh and when it is applied later.
func TestCompletedExport_throughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	available := func(available bool) {
		api.Change(func(o *fakevantage.Options) {
			if o.Misbehave = nil; !available {
				o.Misbehave = always(fakevantage.Reset)
			}
		})
	}
	cli := acctest.NewCLI(t, api, withOutputs(t))
	cli.MustRun("apply", "-no-color", "-auto-approve")
	available(false)
	state := acctest.Contents(t, filepath.Join(cli.Dir, "terraform.tfstate"))
	for _, args := range [][]string{
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
	api.WantRequests(t, 1, 1)

	cli.Age(23 * time.Hour)
	cli.Write(withOutputs(t, `renew_before_expiry = "2h"`))
	// It takes two applies: renewal waits if something else changes.
	wantSaid(t, cli.MustRun("apply", "-no-color", "-auto-approve"), "0 added, 1 changed, 0 destroyed")
	planned := cli.MustRun("plan", "-no-color", "-refresh=false", "-out=due.tfplan")
	wantSaid(t, flat(planned), "1 to add, 0 to change, 1 to destroy", `-> (known after apply) # forces replacement`)
	available(true)
	time.Sleep(time.Second)
	wantSaid(t, cli.MustRun("apply", "-no-color", "due.tfplan"), "1 added, 0 changed, 1 destroyed")
	available(false)
	cli.WantEmptyPlan()
	cli.MustRun("destroy", "-no-color", "-auto-approve")
	api.WantRequests(t, 2, 2)
}

// importBlock is an import block for the resource at address. The line says which export, by its id or identity.
func importBlock(line string) string {
	return fmt.Sprintf("import {\n  to = %s\n  %s\n}\n", address, line)
}

func TestImport_byIdentity(t *testing.T) {
	t.Parallel()
	acctest.Version{Terraform: "1.12"}.SkipUnlessMet(t)
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	matching := export(`start_date = "2025-03-01"`, `end_date = "2025-03-31"`, `date_bin = "week"`)
	cli := acctest.NewCLI(t, api, importBlock(fmt.Sprintf("identity = { token = %q }", token))+matching)
	wantSaid(t, cli.MustRun("apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 1 changed, 0 destroyed")
	wantSaid(t, flat(acctest.Contents(t, filepath.Join(cli.Dir, "terraform.tfstate"))),
		fmt.Sprintf(`"identity": { "token": %q }`, token))
	cli.Write(matching)
	cli.WantEmptyPlan()
	wantPosts(t, api.Server, 0)
}

func TestImport_generatesConfiguration(t *testing.T) {
	t.Parallel()
	// Terraform 1.5 crashes because a computed attribute has attributes of its own.
	acctest.Version{Terraform: "1.6", OpenTofu: "1.6"}.SkipUnlessMet(t)
	acctest.SkipTerraform(t, "1.16.0", "1.16.3", "fails in Terraform: hashicorp/terraform#39144")
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	cli := acctest.NewCLI(t, api, importBlock(fmt.Sprintf("id = %q", token)))
	cli.MustRun("plan", "-no-color", "-generate-config-out=generated.tf")
	wantSaid(t, acctest.Contents(t, filepath.Join(cli.Dir, "generated.tf")), `"rprt_1"`)
	wantSaid(t, cli.MustRun("apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 1 changed, 0 destroyed")
	cli.WantEmptyPlan()
	wantPosts(t, api.Server, 0)
}

// The command "terraform import" has no plan, so that the next apply adopts arguments.
func TestImport_adoptsWhatTheAPIDoesNotReport(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.AddOf("/v2/costs/data_exports",
		map[string]any{"cost_report_token": "rprt_1", "groupings": "provider"}, time.Now())
	api.ChangeExport(token, func(e *fakevantage.Export) {
		e.Attributes = reported(map[string]any{"report_token": "rprt_1", "groupings": []string{"provider"}})
	})
	cli := acctest.NewCLI(t, api, `
resource "vantage_cost_export" "this" {
  cost_report_token = "rprt_1"
  groupings         = ["provider"]
  triggers          = { month = "2025-03" }
}
`)
	cli.MustRun("import", "-no-color", "vantage_cost_export.this", token)
	applied := flat(cli.MustRun("apply", "-no-color", "-auto-approve"))
	wantSaid(t, applied, "0 added, 1 changed, 0 destroyed", "The API does not report triggers of the export")
	cli.WantEmptyPlan()
	wantPosts(t, api.Server, 0)
}

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

// In plan files, an interrupted and resumed apply, a refresh, a log at TRACE and outputs.
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

const invokeMonthly = "-invoke=action.vantage_unit_cost_export.monthly"

func TestActionIsInvokedByTheCLI(t *testing.T) {
	t.Parallel()
	acctest.Version{Terraform: "1.14"}.SkipUnlessMet(t)
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 1, RetryAfter: "1", Files: 2})
	cli := acctest.NewCLI(t, api, acctest.Testdata(t, "monthly.tf"))
	logFile := traced(t, cli)
	out := cli.MustRun("apply", "-auto-approve", "-no-color", invokeMonthly)
	wantSaid(t, out, "The API has accepted the export dta_xprt_", "Downloaded unit_costs-001.csv (",
		"Downloaded unit_costs-002.csv (", "Downloaded 2 files", "Actions: 1 invoked")
	wantFiles(t, filepath.Join(cli.Dir, "exports", "march"), "unit_costs-001.csv", "unit_costs-002.csv")
	log := acctest.Contents(t, logFile)
	wantSaid(t, log, "received response from file server")
	for _, text := range []string{out, log} {
		if strings.Contains(text, acctest.APIToken) || strings.Contains(text, "X-Signature=") {
			t.Error("the API token or a signature is shown")
		}
	}
	api.WantRequests(t, 1, 2)
}
