package dataexport_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestCreate_stateAfterFailure(t *testing.T) {
	t.Parallel()
	const (
		failed  = `{"status":"failed","errors":["no such metric"]}`
		noFiles = `{"status":"completed","manifest":null}`
	)
	for name, test := range map[string]struct {
		options fakevantage.Options
		inState string // "tainted" or "nothing"
		says    string
	}{
		"timeout": {
			options: fakevantage.Options{ReadyAfter: time.Hour},
			inState: "tainted",
			says:    `Could not create unit cost export.*timed out after \ds.*dta_xprt_.*"pending".*terraform untaint`,
		},
		"failed export": {
			options: fakevantage.Options{RetryAfter: "0", Misbehave: get(fakevantage.Answer(200, failed))},
			inState: "nothing",
			says:    `could not complete the export.*"failed".*no such metric`,
		},
		"invalid response": {
			options: fakevantage.Options{RetryAfter: "0", Misbehave: get(fakevantage.Answer(200, noFiles))},
			inState: "tainted",
			says:    `malformed manifest.*dta_xprt_`,
		},
		"no such report": {
			options: fakevantage.Options{Reports: []string{"rprt_2"}},
			inState: "nothing",
			says:    `cost_report_token = "rprt_1".*404 Not Found.*CostReport rprt_1 not found`,
		},
		"workspace missing": {
			options: fakevantage.Options{Workspaces: []string{"a", "b"}},
			inState: "nothing",
			says:    `400 Bad Request.*workspace_token is required`,
		},
		"several messages": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(422, "first words", "second words"))},
			inState: "nothing",
			says:    `422.*first words; second words`,
		},
		"not in the plan": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(402, "upgrade"))},
			inState: "nothing",
			says:    `402 Payment Required.*does not include this.*upgrade`,
		},
		"redirect elsewhere": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Redirect("https://evil.example"))},
			inState: "nothing",
			says:    `redirects to another host, "evil.example"`,
		},
		"control characters": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(400, "red \x1b[31m alert"))},
			inState: "nothing",
			says:    `red \[31m alert`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, test.options)
			cli := acctest.NewCLI(t, api, withOutputs(t, `timeouts { create = "3s" }`))
			out, ok := cli.Run("apply", "-auto-approve", "-no-color")
			if ok || !regexp.MustCompile(test.says).MatchString(flat(out)) {
				t.Errorf("the output is %s", out)
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

func TestWarnings_reachTheTerminal(t *testing.T) {
	t.Parallel()
	const empty = "completed without files"
	hasEphemeral := acctest.Version{Terraform: "1.10", OpenTofu: "1.11"}
	for name, test := range map[string]struct {
		needs   acctest.Version
		options fakevantage.Options
		config  string
		says    string
		fails   bool
	}{
		"an empty export, resource": {
			options: fakevantage.Options{RetryAfter: "0", Files: -1},
			config:  export(),
			says:    empty,
		},
		"an empty export, data source": {
			options: fakevantage.Options{RetryAfter: "0", Files: -1},
			config:  block("data", "vantage_unit_cost_export", report()),
			says:    empty,
		},
		"an empty export, ephemeral resource": {
			needs:   hasEphemeral,
			options: fakevantage.Options{Files: -1},
			config:  `ephemeral "vantage_data_export" "this" { token = "TOKEN" }`,
			says:    empty,
		},
		"an ephemeral resource's own timeout": {
			needs:   hasEphemeral,
			options: fakevantage.Options{ReadyAfter: time.Hour},
			config:  block("ephemeral", "vantage_data_export", `token = "TOKEN"`, `timeouts { open = "1s" }`),
			says:    "Could not open data export",
			fails:   true,
		},
		"a refusal is shown at its argument": {
			options: fakevantage.Options{Workspaces: []string{"a", "b"}},
			config:  export(`workspace_token = "c"`),
			says:    `workspace_token = "c" The API responded to POST`,
			fails:   true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.needs.SkipUnlessMet(t)
			api := acctest.Start(t, test.options)
			cli := acctest.NewCLI(t, api, strings.ReplaceAll(test.config, "TOKEN", api.Add(asked, time.Now())))
			out, ok := cli.Run("apply", "-auto-approve", "-no-color")
			if ok == test.fails || !strings.Contains(flat(out), test.says) {
				t.Errorf("the output lacks %q: %s", test.says, out)
			}
		})
	}
}

func TestRead_withUnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, acctest.Testdata(t, "secret_api_token.tf")+export())
	cli.Setenv("TF_VAR_api_token", acctest.APIToken)
	cli.MustRun("apply", "-auto-approve", "-no-color", "-var=run=1")
	out := cli.MustRun("plan", "-no-color", "-var=run=2")
	wantSaid(t, flat(out), "was not refreshed", "1 to add, 0 to change, 1 to destroy")
	api.WantRequests(t, 1, 1)
}
