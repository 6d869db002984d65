package dataexport_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// The windows are real: short, but long enough that the duration of the CLI itself matters little. The exports fill a
// dozen windows.
func TestRateLimit_ofAllRoutes(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: 2 * time.Second, RetryAfter: "1", Limit: 5, Window: 2 * time.Second}
	api := acctest.Start(t, options)
	cli := acctest.NewCLI(t, api, `
resource "vantage_unit_cost_export" "this" {
  count             = 32
  cost_report_token = "rprt_${count.index}"
}`)
	if out, ok := cli.Run("apply", "-auto-approve", "-no-color"); !ok {
		t.Error(out)
	}
	if requests, refused := len(api.Requests()), api.Refused(); requests > 80 || refused > 5 {
		t.Errorf("%d requests, %d of them rejected, want at most 80 and 5", requests, refused)
	}
}

// Each route has its own rate limit, and responses overtake each other.
func TestRateLimit_ofEachRoute(t *testing.T) {
	t.Parallel()
	const exports, posts, window = 15, 5, 2 * time.Second
	api := acctest.Start(t, fakevantage.Options{
		ReadyAfter:  time.Second,
		AnswerDelay: func(fakevantage.Request) time.Duration { return rand.N(300 * time.Millisecond) },
		Limits: []fakevantage.RouteLimit{
			{Method: http.MethodPost, Path: "/v2/*/data_exports", Requests: posts, Window: window},
			{Method: http.MethodGet, Path: "/v2/data_exports/*", Requests: 1000, Window: time.Hour},
		},
	})
	cli := acctest.NewCLI(t, api, fmt.Sprintf(`
resource "vantage_unit_cost_export" "this" {
  count             = %d
  cost_report_token = "rprt_${count.index}"
}`, exports))
	if out, ok := cli.Run("apply", "-auto-approve", "-no-color", "-parallelism=15"); !ok {
		t.Error(out)
	}
	all := api.Requests()
	took, refused := all[len(all)-1].Time.Sub(all[0].Time), api.Refused()
	t.Logf("%d requests, %d refused, %s", len(all), refused, took.Round(time.Millisecond))
	// Resets are reported in whole seconds, so up to a second of each window can be lost.
	const windows = (exports - 1) / posts
	most := windows*(window+time.Second)*13/10 + 2*time.Second
	if refused > 2 || took > most || api.Posts() > exports+refused {
		t.Errorf("%d POSTs, %d refused, %s; at most %d, 2, and %s are accepted",
			api.Posts(), refused, took, exports+refused, most)
	}
}
