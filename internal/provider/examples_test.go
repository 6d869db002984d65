package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// actions is what runs them.
var actions = acctest.Version{Terraform: "1.14"}

// Every example is applied, planned again with nothing to do, and destroyed.
func TestExamples(t *testing.T) {
	t.Parallel()
	for directory, test := range map[string]struct {
		variables map[string]string
		posts     int
		needs     acctest.Version
		apply     []string // further arguments of plan and apply
		check     func(t *testing.T, cli *acctest.CLI)
	}{
		"quickstart":    {variables: map[string]string{"cost_report_token": "rprt_1"}, posts: 1},
		"many-exports":  {variables: map[string]string{"cost_report_tokens": `{"a":"rprt_1","b":"rprt_2","c":"rprt_3"}`}, posts: 3},
		"reports":       {variables: map[string]string{"cost_report_tokens": `["rprt_1","rprt_2"]`, "month": "2025-03"}, posts: 2, check: runModuleTests},
		"daily-renewal": {variables: map[string]string{"cost_report_token": "rprt_1"}, posts: 1},
		"ephemeral": {
			variables: map[string]string{"cost_report_token": "rprt_1", "run": "1"}, posts: 1, apply: []string{"-refresh=false"},
			needs: acctest.Version{Terraform: "1.10", OpenTofu: "1.11"}, check: wantDownloadedAndNotStored,
		},
		"all-kinds": {
			variables: map[string]string{"cost_report_token": "rprt_1", "start_date": "2025-03-01", "end_date": "2025-03-31"}, posts: 3,
		},
		"provider":                                       {},
		"resources/vantage_unit_cost_export":             {posts: 1},
		"resources/vantage_cost_export":                  {posts: 2},
		"resources/vantage_kubernetes_efficiency_export": {posts: 1},
		"data-sources/vantage_data_export":               {},
		"data-sources/vantage_unit_costs":                {check: wantRows},
		"functions/month":                                {posts: 1, needs: functions},
		"functions/quarter":                              {needs: functions, check: wantQuarters},
		// Read in the apply, in the second plan, and in the destroy's.
		"data-sources/vantage_unit_cost_export":             {posts: 3},
		"data-sources/vantage_cost_export":                  {posts: 3},
		"data-sources/vantage_kubernetes_efficiency_export": {posts: 3},
		"actions/vantage_unit_cost_export":                  {posts: 1, needs: actions, check: wantExported},
		"actions/vantage_cost_export":                       {posts: 1, needs: actions, check: wantExported},
		"actions/vantage_kubernetes_efficiency_export":      {posts: 1, needs: actions, check: wantExported},
		"resources/vantage_data_export_download":            {posts: 1, check: wantExported},
		"actions/vantage_data_export_download":              {posts: 1, needs: actions, check: wantExported},
		"ephemeral-resources/vantage_data_export": {
			needs: acctest.Version{Terraform: "1.10", OpenTofu: "1.11"}, check: wantDownloaded,
		},
	} {
		t.Run(directory, func(t *testing.T) {
			t.Parallel()
			test.needs.SkipUnlessMet(t)
			api := acctest.Start(t, fakevantage.Options{RetryAfter: "1", ReadyAfterPolls: 1, SignOnce: true})
			api.SetUnitCosts(fakevantage.NewUnitCost("bsnss_mtrc_3080a050c04104ff", "2025-03-03", "12.5"))
			cli := acctest.NewCLIFrom(t, api, "examples/"+directory)
			for name, value := range test.variables {
				cli.Setenv("TF_VAR_"+name, value)
			}
			cli.Setenv("TF_VAR_export_token", api.Add(map[string]any{"cost_report_token": "rprt_1"}, time.Now()))
			cli.MustRun("validate", "-no-color")
			cli.MustRun(append([]string{"apply", "-auto-approve", "-no-color"}, test.apply...)...)
			if out, ok := cli.Run(append([]string{"plan", "-detailed-exitcode", "-no-color"}, test.apply...)...); !ok {
				t.Errorf("the second plan is not empty: %s", out)
			}
			if out := cli.MustRun("output", "-no-color"); strings.Contains(out, "X-Signature") {
				t.Errorf("a file's URL is shown unasked: %s", out)
			}
			if test.check != nil {
				test.check(t, cli)
			}
			cli.MustRun("destroy", "-auto-approve", "-no-color")
			if api.Posts() != test.posts {
				t.Errorf("%d exports were made, want %d", api.Posts(), test.posts)
			}
		})
	}
}

// runModuleTests runs the example's own tests, where the CLI can mock a provider.
func runModuleTests(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	if (acctest.Version{Terraform: "1.7", OpenTofu: "1.8"}).IsMet(t) {
		out := cli.MustRun("test", "-no-color")
		if !strings.Contains(out, "3 passed, 0 failed") {
			t.Error(out)
		}
	}
}

func wantRows(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	if out := cli.MustRun("output", "-json", "cost_per_customer"); strings.TrimSpace(out) != `{"2025-03-03":12.5}` {
		t.Error(out)
	}
}

func wantQuarters(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	if out := cli.MustRun("output", "-json"); !strings.Contains(out, "2025-Q1") || !strings.Contains(out, "2024-Q1") {
		t.Error(out)
	}
}

func wantExported(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	if files, err := filepath.Glob(filepath.Join(cli.Dir, "exports", "2025-03", "*.csv")); err != nil || len(files) != 1 {
		t.Errorf("downloaded are %v, %v", files, err)
	}
}

func wantDownloaded(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(cli.Dir, "unit_costs.csv"))
	if err != nil || !strings.HasPrefix(string(file), "business_metric_token,") {
		t.Errorf("%.60s, %v", file, err)
	}
}

func wantDownloadedAndNotStored(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	wantDownloaded(t, cli)
	state, err := os.ReadFile(filepath.Join(cli.Dir, "terraform.tfstate"))
	if err != nil || !strings.Contains(string(state), "dta_xprt_") || strings.Contains(string(state), "X-Signature") {
		t.Errorf("the state has %s, %v", state, err)
	}
}

// What lives longer than a day goes on working: each export is renewed exactly once, and can be destroyed then.
func TestExamplesOnTheDayAfter(t *testing.T) {
	t.Parallel()
	for directory, test := range map[string]struct {
		variable, value string
		age             time.Duration
		posts           int
	}{
		"daily-renewal": {"cost_report_token", "rprt_1", 20 * time.Hour, 2},
		"many-exports":  {"cost_report_tokens", `{"a":"rprt_1","b":"rprt_2"}`, 25 * time.Hour, 4},
	} {
		t.Run(directory, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
			cli := acctest.NewCLIFrom(t, api, "examples/"+directory)
			cli.Setenv("TF_VAR_"+test.variable, test.value)
			run := func(command string) { cli.MustRun(command, "-auto-approve", "-no-color") }
			run("apply")
			run("apply")
			for token := range api.Exports() {
				api.ChangeExport(token, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-test.age) })
			}
			run("apply")
			run("apply")
			run("destroy")
			if api.Posts() != test.posts {
				t.Errorf("%d exports were made, want %d", api.Posts(), test.posts)
			}
		})
	}
}
