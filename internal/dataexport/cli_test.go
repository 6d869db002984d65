package dataexport_test

import (
	"archive/zip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const oneExport = `
resource "vantage_unit_cost_export" "this" {
  cost_report_token = "rprt_1"
}
output "completed_at" { value = vantage_unit_cost_export.this.manifest.completed_at }
output "file" {
  value     = vantage_unit_cost_export.this.manifest.files[0]
  sensitive = true
}
`

// when waits until the fake has had a request of this kind.
func when(t *testing.T, api *acctest.API, met func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !met() {
		select {
		case <-deadline:
			t.Fatalf("it did not come to that; requests: %v", api.Requests())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestCtrlCKeepsTheExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		latency time.Duration
		met     func(*acctest.API) bool
	}{
		"while it waits":           {met: func(api *acctest.API) bool { return api.Gets() > 0 }},
		"before the POST's answer": {latency: time.Second, met: func(api *acctest.API) bool { return api.Posts() > 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour, Latency: test.latency})
			cli := acctest.NewCLI(t, api, oneExport)
			apply := cli.Start("apply", "-auto-approve", "-no-color")
			when(t, api, func() bool { return test.met(api) })
			start := time.Now()
			apply.Interrupt()
			out, _ := apply.Wait()
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %s to end", took)
			}
			this := cli.Instances()[address]
			token, _ := this.Attributes["token"].(string)
			if this.Status != "" || token == "" || this.Attributes["status"] != "pending" || !strings.Contains(out, token) {
				t.Fatalf("the state has %+v\n%s", this, out)
			}
			api.Change(func(o *fakevantage.Options) { o.Latency = 0 })

			// Still pending, the plan shows that the wait is resumed; a moment later the apply finds it done.
			plan := cli.MustRun("plan", "-no-color")
			if !strings.Contains(plan, "0 to add, 1 to change, 0 to destroy") {
				t.Errorf("%s", plan)
			}
			resume := cli.Start("apply", "-auto-approve", "-no-color")
			gets := api.Gets()
			when(t, api, func() bool { return api.Gets() > gets+1 })
			api.Finish(token)
			if out, ok := resume.Wait(); !ok {
				t.Fatal(out)
			}
			this = cli.Instances()[address]
			if this.Attributes["token"] != token || this.Attributes["status"] != "completed" || api.Posts() != 1 {
				t.Errorf("the state has %+v after %d POSTs", this, api.Posts())
			}
			if out, ok := cli.Run("plan", "-no-color", "-detailed-exitcode"); !ok {
				t.Errorf("the plan is not empty: %s", out)
			}
		})
	}
}

func TestTheStateAfterEachKindOfFailure(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options fakevantage.Options
		says    string
		inState string // "", "tainted" or "nothing"
	}{
		"timeout": {
			options: fakevantage.Options{ReadyAfter: time.Hour}, inState: "tainted",
			says: `(?s)Could not create unit cost export.*ran out after 3s.*dta_xprt_.*"pending".*terraform untaint`,
		},
		"failed export": {
			options: fakevantage.Options{RetryAfter: "0", Misbehave: get(
				fakevantage.Answer(200, `{"status":"failed","errors":["no such metric"]}`),
			)},
			inState: "nothing",
			says:    `(?s)could not make the export.*no such metric.*"failed"`,
		},
		"nonsense": {
			options: fakevantage.Options{RetryAfter: "0", Misbehave: get(
				fakevantage.Answer(200, `{"status":"completed","manifest":null}`),
			)},
			inState: "tainted",
			says:    `(?s)its manifest names no files.*dta_xprt_`,
		},
		"no such report": {
			options: fakevantage.Options{Reports: []string{"rprt_2"}}, inState: "nothing",
			says: `(?s)cost_report_token = "rprt_1".*404 Not Found.*CostReport rprt_1 not found`,
		},
		"workspace missing": {
			options: fakevantage.Options{Workspaces: []string{"a", "b"}}, inState: "nothing",
			says: `(?s)400 Bad Request.*workspace_token is required`,
		},
		"several messages": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(422, "first words", "second words"))},
			inState: "nothing",
			says:    `(?s)422.*first words; second words`,
		},
		"not in the plan": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(402, "upgrade"))}, inState: "nothing",
			says: `(?s)402 Payment Required.*upgrade.*subscription`,
		},
		"redirect elsewhere": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Redirect("https://evil.example"))}, inState: "nothing",
			says: `(?s)redirects to https://evil.example.*VANTAGE_HOST`,
		},
		"control characters": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(400, "red \x1b[31m alert"))}, inState: "nothing",
			says: `red \[31m alert`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, test.options)
			cli := acctest.NewCLI(t, api, strings.Replace(oneExport, "\n}", "\n  timeouts { create = \"3s\" }\n}", 1))
			out, ok := cli.Run("apply", "-auto-approve", "-no-color")
			if ok || !regexp.MustCompile(test.says).MatchString(flat(out)) {
				t.Errorf("it says %s", out)
			}
			this, kept := cli.Instances()[address]
			if kept == (test.inState == "nothing") || kept && this.Status != test.inState {
				t.Errorf("the state has %+v", this)
			}
			if strings.Contains(out, "\x1b") {
				t.Error("a control character reached the terminal")
			}
		})
	}
}

func get(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc { return on(http.MethodGet, h) }

func post(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return on(http.MethodPost, h)
}

func on(method string, h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == method {
			return h
		}
		return nil
	}
}

func TestAnUntaintedExportIsResumed(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	config := strings.Replace(oneExport, "\n}", "\n  timeouts { create = \"2s\" }\n}", 1)
	cli := acctest.NewCLI(t, api, config)
	if _, ok := cli.Run("apply", "-auto-approve", "-no-color"); ok || cli.Instances()[address].Status != "tainted" {
		t.Fatalf("the state has %+v", cli.Instances())
	}
	token, _ := cli.Instances()[address].Attributes["token"].(string)
	cli.MustRun("untaint", address)
	api.Finish(token)
	cli.MustRun("apply", "-auto-approve", "-no-color")
	this := cli.Instances()[address]
	if this.Attributes["token"] != token || this.Attributes["status"] != "completed" || api.Posts() != 1 {
		t.Errorf("the state has %+v after %d POSTs", this, api.Posts())
	}
	if out, ok := cli.Run("plan", "-no-color", "-detailed-exitcode"); !ok {
		t.Errorf("the plan is not empty: %s", out)
	}
}

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

func TestConfigurationIsGeneratedForAnImport(t *testing.T) {
	t.Parallel()
	// Terraform 1.5 crashes where a computed attribute has attributes of its own.
	acctest.Version{Terraform: "1.6", OpenTofu: "1.6"}.SkipUnlessMet(t)
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	cli := acctest.NewCLI(t, api, "import {\n  to = "+address+"\n  id = \""+token+"\"\n}\n")
	cli.MustRun("plan", "-no-color", "-generate-config-out=generated.tf")
	generated, err := os.ReadFile(filepath.Join(cli.Dir, "generated.tf"))
	if err != nil || !strings.Contains(string(generated), `"rprt_1"`) {
		t.Fatalf("%s, %v", generated, err)
	}
	if out := cli.MustRun("apply", "-no-color", "-auto-approve"); !strings.Contains(out, "1 imported, 0 added, 0 "+
		"changed, 0 destroyed") {
		t.Error(out)
	}
	if out, ok := cli.Run("plan", "-no-color", "-detailed-exitcode"); !ok {
		t.Errorf("the plan is not empty: %s", out)
	}
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

// flat returns what the CLI printed without its borders and line breaks, which are not ours.
func flat(out string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", "", "╷", "", "╵", "").Replace(out)), " ")
}

func TestWarningsReachTheTerminal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		needs   acctest.Version
		options fakevantage.Options
		config  string
		says    string
		fails   bool
	}{
		"an empty export, resource": {
			options: fakevantage.Options{RetryAfter: "0", Files: -1},
			config:  `resource "vantage_unit_cost_export" "this" { cost_report_token = "r" }`,
			says:    "is completed and has no files",
		},
		"an empty export, data source": {
			options: fakevantage.Options{RetryAfter: "0", Files: -1},
			config:  `data "vantage_unit_cost_export" "this" { cost_report_token = "r" }`,
			says:    "is completed and has no files",
		},
		"an empty export, ephemeral resource": {
			needs:   acctest.Version{Terraform: "1.10", OpenTofu: "1.11"},
			options: fakevantage.Options{Files: -1}, config: `ephemeral "vantage_data_export" "this" { token = "TOKEN" }`,
			says: "is completed and has no files",
		},
		"an ephemeral resource's own timeout": {
			needs:   acctest.Version{Terraform: "1.10", OpenTofu: "1.11"},
			options: fakevantage.Options{ReadyAfter: time.Hour}, config: "ephemeral \"vantage_data_export\" \"this\" {\n  " +
				"token = \"TOKEN\"\n  timeouts { open = \"1s\" }\n}",
			says: "Could not open data export", fails: true,
		},
		"a refusal is shown at its argument": {
			options: fakevantage.Options{Workspaces: []string{"a", "b"}},
			config: "resource \"vantage_unit_cost_export\" \"this\" {\n  cost_report_token = \"r\"\n  workspace_token = " +
				"\"c\"\n}",
			says: `workspace_token = "c" The API answered POST`, fails: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.needs.SkipUnlessMet(t)
			api := acctest.Start(t, test.options)
			cli := acctest.NewCLI(t, api, strings.ReplaceAll(test.config, "TOKEN", api.Add(asked, time.Now())))
			out, ok := cli.Run("apply", "-auto-approve", "-no-color")
			if ok == test.fails || !strings.Contains(flat(out), test.says) {
				t.Errorf("it does not say %q: %s", test.says, out)
			}
		})
	}
}

func TestAPlanWithoutConfigurationGoesByTheState(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	const config = `
resource "terraform_data" "secret" {
  input            = "TOKEN"
  triggers_replace = "RUN"
}
provider "vantage" { api_token = terraform_data.secret.output }
resource "vantage_unit_cost_export" "this" { cost_report_token = "r" }
`
	run := func(run string) string {
		return strings.NewReplacer("TOKEN", acctest.APIToken, "RUN", run).Replace(config)
	}
	cli := acctest.NewCLI(t, api, run("1"))
	cli.MustRun("apply", "-auto-approve", "-no-color")
	cli.Write(run("2"))
	if out := cli.MustRun(
		"plan",
		"-no-color",
	); !strings.Contains(flat(out), "was not refreshed") ||
		!strings.Contains(out, "1 to add, 0 to change, 1 to destroy") {
		t.Error(out)
	}
	api.WantRequests(t, 1, 1)
}
