package dataexport_test

import (
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
