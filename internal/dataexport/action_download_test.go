package dataexport_test

import (
	"net/http"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestActionTellsOfRetries(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{RetryAfter: "0", Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if strings.HasPrefix(r.Path, "/files/") && r.Nth == 1 {
			return fakevantage.Answer(503, "", "Retry-After: 15")
		}
		return nil
	}}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		told := p.Invoke(t.Context(), withDirectory(t.TempDir()))
		wantLines(
			t,
			told.Lines,
			".*accepted.*",
			".*completed.*",
			`unit_costs-001\.csv is interrupted at 0 B and tried again in 15s: 503 Service Unavailable`,
			".*has arrived.*",
			"Downloaded 1 file of .*",
		)
	})
}

func TestActionTellsOfFreshURLs(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{RetryAfter: "0", Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if strings.HasPrefix(r.Path, "/files/") && strings.Contains(r.Query, "X-Nonce=1&") {
			return fakevantage.HTML(403)
		}
		return nil
	}}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		told := p.Invoke(t.Context(), withDirectory(t.TempDir()))
		wantLines(t, told.Lines, ".*accepted.*", ".*completed.*",
			`The URL of unit_costs-001\.csv is refused \(403 Forbidden\)\. The API is asked for fresh ones of all files\.`,
			".*has arrived.*", "Downloaded 1 file of .*")
		if posts, gets := fake.Posts(), fake.Gets(); posts != 1 || gets != 2 {
			t.Errorf("%d POSTs and %d GETs", posts, gets)
		}
	})
}
