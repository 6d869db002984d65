//go:build unix

package provider_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const elevenReads = `
data "vantage_unit_cost_export" "this" {
  count             = 11
  cost_report_token = "rprt_${count.index}"
}
`

// Terraform reads ten data sources at a time. The eleventh read starts when another one has been canceled, and must not
// send a request, whether the provider learned of the interrupt from a signal or from StopProvider. Terraform calls
// StopProvider in plan and in apply, but not while apply is planning. A POST that failed before the interrupt may have
// been retried, so the test counts the reports for which exports were created, not the POSTs.
func TestInterrupt_cancelsReads(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config, want string
		reports      int
		needs        acctest.Version
	}{
		"data sources": {config: elevenReads, want: "Could not create unit cost export", reports: 10},
		"ephemeral resource": {
			config: `ephemeral "vantage_data_export" "this" { token = "TOKEN" }`, want: "Could not open data export",
			needs: acctest.Version{Terraform: "1.10", OpenTofu: "1.11"},
		},
	} {
		for command, interrupt := range map[string]func(*testing.T, *acctest.Running){
			"apply, SIGINT":  func(_ *testing.T, run *acctest.Running) { run.Signal(syscall.SIGINT) },
			"apply, SIGTERM": func(_ *testing.T, run *acctest.Running) { run.Signal(syscall.SIGTERM) },
			"plan, SIGINT to Terraform alone": func(t *testing.T, run *acctest.Running) {
				send(t, run.Pid(), syscall.SIGINT)
			},
		} {
			t.Run(name+", "+command, func(t *testing.T) {
				t.Parallel()
				test.needs.SkipUnlessMet(t)
				api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
				token := api.Add(map[string]any{"cost_report_token": "rprt_1"}, time.Now())
				cli := acctest.NewCLI(t, api, strings.ReplaceAll(test.config, "TOKEN", token))
				verb, _, _ := strings.Cut(command, ",")
				run := start(t, cli, verb)
				acctest.Eventually(t, "every export is created and a poll is sent", func() bool {
					return len(requestedReports(api)) == test.reports && api.Gets() > 0
				})
				interrupt(t, run)
				out, ok := end(t, run)
				if ok || !strings.Contains(out, test.want) || !strings.Contains(out, "was interrupted") {
					t.Error(out)
				}
				if reports := requestedReports(api); len(reports) != test.reports {
					t.Errorf("exports were created for %v, want %d: none after the interrupt", reports, test.reports)
				}
				wantNoProviderLeft(t, run)
			})
		}
	}
}

// requestedReports returns the distinct bodies of the requests that create exports.
func requestedReports(api *acctest.API) []string {
	var bodies []string
	for _, request := range api.Requests() {
		if request.Method == http.MethodPost && !slices.Contains(bodies, request.Body) {
			bodies = append(bodies, request.Body)
		}
	}
	return bodies
}

func TestInterrupt_cancelsRefreshWhileApplyPlans(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	cli := acctest.NewCLI(t, api, `
resource "vantage_unit_cost_export" "this" {
  cost_report_token   = "rprt_1"
  wait_for_completion = false
}
`)
	cli.MustRun("apply", "-auto-approve", "-no-color")
	before := cli.Instances()
	gets := api.Gets()
	api.Change(func(o *fakevantage.Options) { o.Misbehave = on(http.MethodGet, fakevantage.Errors(503, "down")) })
	apply := startApply(t, cli)
	acctest.Eventually(t, "the refresh is retried", func() bool { return api.Gets() > gets+1 })
	apply.Interrupt()
	out, ok := end(t, apply)
	if ok || !strings.Contains(out, "Could not read unit cost export") || !strings.Contains(out, "was interrupted") {
		t.Error(out)
	}
	if after := cli.Instances(); !reflect.DeepEqual(after, before) {
		t.Errorf("the state has %v, had %v", after, before)
	}
}
