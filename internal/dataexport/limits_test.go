package dataexport_test

import (
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// The limit's windows are real. They are as short as whole seconds allow without the CLI's own time counting for much,
// and there are enough exports for a dozen of them.
func TestManyExportsWithinFiveRequestsInTwoSeconds(t *testing.T) {
	t.Parallel()
	api := acctest.Start(
		t,
		fakevantage.Options{ReadyAfter: 2 * time.Second, RetryAfter: "1", Limit: 5, Window: 2 * time.Second},
	)
	cli := acctest.NewCLI(t, api, `
resource "vantage_unit_cost_export" "this" {
  count             = 32
  cost_report_token = "rprt_${count.index}"
}`)
	start := time.Now()
	if out, ok := cli.Run("apply", "-auto-approve", "-no-color"); !ok {
		t.Error(out)
	}
	requests, refused, took := len(api.Requests()), api.Refused(), time.Since(start)
	t.Logf("%d requests, %d refused, %s", requests, refused, took.Round(time.Second))
	least := time.Duration((requests-1)/5) * 2 * time.Second
	if requests > 80 || refused > 2 || took > least*115/100+2*time.Second {
		t.Errorf("%d requests, %d refused, %s; at most 80, 2, and 1.15 times %s (and the CLI's own time) are "+
			"accepted", requests, refused, took, least)
	}
}
