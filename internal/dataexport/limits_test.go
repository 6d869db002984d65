package dataexport_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// Each route can have its own rate limit, and responses overtake each other.
func TestRateLimit_ofManyExports(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]fakevantage.Options{
		"of all routes": {Limit: 5, Window: 10 * time.Second},
		"of each route": {Limits: []fakevantage.RouteLimit{
			{Method: http.MethodPost, Path: "/v2/*/data_exports", Requests: 5, Window: 10 * time.Second},
			{Method: http.MethodGet, Path: "/v2/data_exports/*", Requests: 1000, Window: time.Hour},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const exports = 32
			options.ReadyAfter, options.RetryAfter = 31*time.Second, "60"
			options.AnswerDelay = func(fakevantage.Request) time.Duration { return rand.N(300 * time.Millisecond) }
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				start := time.Now()
				var created sync.WaitGroup
				for i := range exports {
					created.Go(func() {
						state := p.Create(t.Context(), map[string]any{"cost_report_token": fmt.Sprint("rprt_", i)})
						wantCompleted(t, state)
					})
				}
				created.Wait()
				took, refused := time.Since(start), fake.Refused()
				if requests := len(fake.Requests()); requests > 80 || refused > 5 || took > 4*time.Minute {
					t.Errorf("%d requests, %d of them rejected, in %s", requests, refused, took)
				}
			})
		})
	}
}
