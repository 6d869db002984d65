package dataexport_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestStoredURLsAreKeptWhileTheyServe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wait   time.Duration
		change func(*fakevantage.Export)
		kept   bool
	}{
		"signed anew":        {kept: true},
		"other files":        {change: func(e *fakevantage.Export) { e.Token = "dta_xprt_other" }},
		"other end":          {change: func(e *fakevantage.Export) { e.ValidUntil = e.CompletedAt.Add(48 * time.Hour) }},
		"a little before":    {wait: 24*time.Hour - time.Minute, kept: true},
		"after they expired": {wait: 25 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{Files: 2}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				if test.change != nil {
					fake.ChangeExport(state.Text("token"), test.change)
				}
				time.Sleep(test.wait)
				refreshed := p.Read(t.Context(), state)
				if kept := refreshed.Value.Equal(state.Value); kept != test.kept {
					t.Errorf("kept: %v, want %v\n%v\n%v", kept, test.kept, state.Value, refreshed.Value)
				}
			})
		})
	}
}

func TestAPlanThatKeepsAnExpiredExportWarns(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		time.Sleep(23 * time.Hour)
		wantNoDiagnostics(t, p.Read(t.Context(), state))
		time.Sleep(2 * time.Hour)
		expired := p.Read(t.Context(), state)
		wantNoDiagnostics(t, expired)
		plan := p.Plan(expired, minimal)
		wantWarning(t, plan, "renew_before_expiry")
		if !plan.Value.Equal(expired.Value) {
			t.Errorf("the plan changes %v to %v", expired.Value, plan.Value)
		}
		// Not in the plan that replaces it.
		replaced := p.Plan(expired, map[string]any{"cost_report_token": "rprt_2"})
		wantNoDiagnostics(t, replaced)
		if !replaced.Replace {
			t.Errorf("the plan is %v, want a new export", replaced.Value)
		}
	})
}

func TestRenewalIsPlannedByWhenTheServerWasAsked(t *testing.T) {
	t.Parallel()
	config := map[string]any{"cost_report_token": "rprt_1", "renew_before_expiry": "2h"}
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Read(t.Context(), p.Create(t.Context(), config))
		time.Sleep(23 * time.Hour)
		wantUnchanged(t, p, state, config) // a plan without a refresh, whatever the clock says
		state = p.Read(t.Context(), state)
		due := p.Plan(state, config)
		wantNoDiagnostics(t, due)
		if !due.Replace {
			t.Errorf("the plan is %v, want a new export", due.Value)
		}
		wantPosts(t, fake, 1) // none by planning
	})
}

func TestAMarginAsLongAsALifeWarnsThenFails(t *testing.T) {
	t.Parallel()
	config := map[string]any{"cost_report_token": "rprt_1", "renew_before_expiry": "24h"}
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		state := p.Create(t.Context(), config)
		wantWarning(t, state, "24h0m0s")
		wantWords(t, p.Plan(p.Read(t.Context(), state), config).Errors(), "24h0m0s")
	})
}

func TestRenewal(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	margin := func(margin string) string { return api.Config(export(`renew_before_expiry = "` + margin + `"`)) }
	api.Run(t,
		resource.TestStep{Config: margin("2h")},
		unchanged(margin("2h")),
		resource.TestStep{PreConfig: completedBefore(api, 21*time.Hour), Config: margin("2h")},
		resource.TestStep{
			PreConfig: completedBefore(api, 23*time.Hour),
			Config:    margin("2h"),
			ConfigPlanChecks: expect(
				action(plancheck.ResourceActionReplace),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("token")),
				plancheck.ExpectSensitiveValue(address, manifest.AtMapKey("files")),
			),
			Check: func(*terraform.State) error { wantPosts(t, api.Server, 2); return nil },
		},
		unchanged(margin("2h")),
		resource.TestStep{
			Config:      margin("24h"),
			ExpectError: regexp.MustCompile(acctest.Loose(`as long as an export is valid, here 24h0m0s`)),
		},
		resource.TestStep{Config: margin("-1s"), ExpectError: regexp.MustCompile(`negative`)},
		applying(margin("0s"), plancheck.ResourceActionUpdate),
	)
	wantPosts(t, api.Server, 2)
}
