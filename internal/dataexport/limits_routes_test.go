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

// The server limits its routes each on its own, and answers overtake each other.
func TestManyExportsWithALimitOnEachRoute(t *testing.T) {
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
	// Resets are told in whole seconds, so up to a second of each window may be lost.
	const windows = (exports - 1) / posts
	most := windows*(window+time.Second)*13/10 + 2*time.Second
	if refused > 2 || took > most || api.Posts() > exports+refused {
		t.Errorf("%d POSTs, %d refused, %s; at most %d, 2, and %s are accepted",
			api.Posts(), refused, took, exports+refused, most)
	}
}
