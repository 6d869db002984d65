package dataexport_test

import (
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestActionTellsOfRetries(t *testing.T) {
	t.Parallel()
	unavailable := onFirstOfFiles(fakevantage.Answer(503, "", "Retry-After: 15"))
	options := fakevantage.Options{RetryAfter: "0", Misbehave: unavailable}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		told := p.Invoke(t.Context(), withDirectory(t.TempDir()))
		wantLines(t, told.Lines, ".*accepted.*", ".*completed.*",
			`unit_costs-001\.csv is interrupted at 0 B and tried again in 15s: 503 Service Unavailable`,
			".*has arrived.*", "Downloaded 1 file of .*")
	})
}

func TestActionTellsOfFreshURLs(t *testing.T) {
	t.Parallel()
	stale := answering(fakevantage.HTML(403), func(r fakevantage.Request) bool {
		return isFile(r) && strings.Contains(r.Query, "X-Nonce=1&")
	})
	options := fakevantage.Options{RetryAfter: "0", Misbehave: stale}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		told := p.Invoke(t.Context(), withDirectory(t.TempDir()))
		wantLines(t, told.Lines, ".*accepted.*", ".*completed.*",
			`The URL of unit_costs-001\.csv is refused \(403 Forbidden\)\. The API is asked for fresh ones of all files\.`,
			".*has arrived.*", "Downloaded 1 file of .*")
		acctest.WantRequests(t, fake, 1, 2)
	})
}
