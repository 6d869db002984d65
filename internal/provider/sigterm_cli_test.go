//go:build unix

package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const twelveExports = `
resource "vantage_unit_cost_export" "this" {
  count             = 12
  cost_report_token = "rprt_${count.index}"
}
`

func TestSIGTERM_toGroupKeepsEveryExport(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour, Latency: 20 * time.Millisecond})
	cli := acctest.NewCLI(t, api, twelveExports)
	apply := startApply(t, cli)
	acctest.Eventually(t, "the first exports are accepted", func() bool { return len(api.Exports()) > 0 })
	apply.Signal(syscall.SIGTERM)
	out, _ := end(t, apply)
	state := acctest.Contents(t, filepath.Join(cli.Dir, "terraform.tfstate"))
	if strings.Contains(state, "tainted") {
		t.Errorf("the state is %s", state)
	}
	for token := range api.Exports() {
		if !strings.Contains(state, token) {
			t.Errorf("the export %s is lost: %s", token, out)
		}
		api.Finish(token)
	}
	wantNoProviderLeft(t, apply)

	api.Change(func(o *fakevantage.Options) { o.ReadyAfter, o.Latency = 0, 0 })
	cli.MustRun("apply", "-auto-approve", "-no-color")
	if api.Posts() != 12 {
		t.Errorf("%d exports were created for 12 resources", api.Posts())
	}
}

func TestSIGTERM_interruptedActionReportsExport(t *testing.T) {
	t.Parallel()
	acctest.Version{Terraform: "1.14"}.SkipUnlessMet(t)
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	cli := acctest.NewCLI(t, api, `
action "vantage_unit_cost_export" "now" {
  config { cost_report_token = "rprt_1" }
}
`)
	apply := startApply(t, cli, "-invoke=action.vantage_unit_cost_export.now")
	acctest.Eventually(t, "the export is pending", func() bool { return api.Gets() > 0 })
	apply.Signal(syscall.SIGTERM)
	out, ok := end(t, apply)
	if ok || !strings.Contains(out, "interrupted after") || !strings.Contains(out, "dta_xprt_") {
		t.Error(out)
	}
	wantNoProviderLeft(t, apply)
}

func TestSIGTERM_toProviderAloneWaitsForOperation(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "1"})
	cli := acctest.NewCLI(t, api, oneExport)
	apply := startApply(t, cli)
	acctest.Eventually(t, "the export is pending", func() bool { return api.Gets() > 0 })
	send(t, theProviderOf(t, apply), syscall.SIGTERM)
	gets := api.Gets()
	acctest.Eventually(t, "the export is polled again", func() bool { return api.Gets() > gets+1 })
	for token := range api.Exports() {
		api.Finish(token)
	}
	out, ok := end(t, apply)
	if this := cli.Instances()["vantage_unit_cost_export.this"]; !ok || this.Attributes["status"] != "completed" {
		t.Error(out)
	}
	wantNoProviderLeft(t, apply)
}

// The provider creates an export, is idle while a command runs, and would then create another export.
const idleBetween = `
resource "vantage_unit_cost_export" "first" { cost_report_token = "rprt_1" }
resource "terraform_data" "between" {
  input = vantage_unit_cost_export.first.token
  provisioner "local-exec" { command = "touch begun && exec sleep 600" }
}
resource "vantage_unit_cost_export" "second" {
  cost_report_token = "rprt_2"
  triggers          = { after = terraform_data.between.id }
}
`

func TestSIGTERM_endsIdleProviderProcess(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, idleBetween)
	apply := startApply(t, cli)
	acctest.Eventually(t, "the provider is idle", func() bool {
		_, err := os.Stat(filepath.Join(cli.Dir, "begun"))
		return err == nil
	})
	send(t, theProviderOf(t, apply), syscall.SIGTERM)
	wantNoProviderLeft(t, apply)
	apply.Interrupt()
	_, _ = end(t, apply)
	state := acctest.Contents(t, filepath.Join(cli.Dir, "terraform.tfstate"))
	if api.Posts() != 1 || strings.Count(state, `"status": "completed"`) != 1 {
		t.Errorf("%d exports were created, want one and its state: %s", api.Posts(), state)
	}
}

func TestProvider_endsWhenTerraformIsKilled(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	apply := startApply(t, acctest.NewCLI(t, api, oneExport))
	acctest.Eventually(t, "the export is pending", func() bool { return api.Gets() > 0 })
	theProviderOf(t, apply) // fails the test if it is not found
	send(t, apply.Pid(), syscall.SIGKILL)
	_, _ = apply.Wait()
	wantNoProviderLeft(t, apply)
}
