package dataexport_test

import (
	"cmp"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestRenewal_warnsAboutAMarginAsLongAsTheValidity(t *testing.T) {
	t.Parallel()
	for margin, options := range map[string]fakevantage.Options{"24h": {}, "5h": {URLLifetime: time.Hour}} {
		t.Run(margin, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
				config := with(minimal, "renew_before_expiry", margin)
				state := p.Create(t.Context(), config)
				wantCompleted(t, state)
				plan := p.Plan(state, config)
				if wantWarning(t, plan, cmp.Or(options.URLLifetime, 24*time.Hour).String()); plan.Replace {
					t.Error("the export is renewed before it has expired")
				}
				wantNoDiagnostics(t, p.Plan(state, nil)) // a destroy
			})
		})
	}
}

// The URLs of an export are stored by a later apply.
func TestStoreFileURLs_areRequestedLater(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after   time.Duration
		status  string
		unknown bool // to the API
		expired bool
		traffic string
	}{
		"valid":              {after: time.Hour, traffic: "POST GET GET"},
		"by its valid_until": {after: 25 * time.Hour, expired: true, traffic: "POST GET"},
		"by its status":      {after: time.Hour, status: "expired", expired: true, traffic: "POST GET GET"},
		"unknown to the API": {after: time.Hour, unknown: true, expired: true, traffic: "POST GET GET"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), withoutURLs)
				fake.ChangeExport(state.Text("token"), func(e *fakevantage.Export) { e.Status = test.status })
				if test.unknown {
					fake.Forget(state.Text("token"))
				}
				time.Sleep(test.after)
				stored, want := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal), 1
				if test.expired {
					want = 0
					wantWarning(t, stored, "has expired")
				} else {
					wantCompleted(t, stored)
				}
				if n := numberOfFiles(t, stored); n != want || stored.Text("manifest", "urls_valid_until") == "" {
					t.Errorf("%d URLs, the state is %v", n, stored.Value)
				}
				wantUnchanged(t, p, p.Read(t.Context(), stored), minimal)
				wantTraffic(t, fake, test.traffic)
			})
		})
	}
}
