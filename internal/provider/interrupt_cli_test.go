//go:build unix

package provider_test

import (
	"net/http"
	"slices"
	"strings"
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

// Terraform reads ten data sources at a time, and does not call StopProvider while apply is planning. The eleventh read
// starts when another one has been canceled, and must not send a request. A POST that failed before the interrupt may
// have been retried, so the test counts the reports for which exports were created, not the POSTs.
func TestInterrupt_cancelsReadsWhileApplyPlans(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	run := startApply(t, acctest.NewCLI(t, api, elevenReads))
	acctest.Eventually(t, "every export is created and a poll is sent", func() bool {
		return len(requestedReports(api)) == 10 && api.Gets() > 0
	})
	run.Interrupt()
	out, ok := end(t, run)
	if ok || !strings.Contains(out, "Could not create unit cost export") || !strings.Contains(out, "was interrupted") {
		t.Error(out)
	}
	if reports := requestedReports(api); len(reports) != 10 {
		t.Errorf("exports were created for %v, want 10: none after the interrupt", reports)
	}
	wantNoProviderLeft(t, run)
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
