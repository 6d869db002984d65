package dataexport_test

import (
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// renewed is a configuration with a renewal margin.
func renewed(margin any) map[string]any {
	return map[string]any{"cost_report_token": "rprt_1", "renew_before_expiry": margin}
}

func TestRenewal_warnsAboutAMarginAsLongAsTheValidity(t *testing.T) {
	t.Parallel()
	for margin, options := range map[string]fakevantage.Options{"24h": {}, "5h": {URLLifetime: time.Hour}} {
		t.Run(margin, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
				state, valid := p.Create(t.Context(), renewed(margin)), "24h0m0s"
				if options.URLLifetime > 0 {
					valid = options.URLLifetime.String()
				}
				wantCompleted(t, state)
				plan := p.Plan(state, renewed(margin))
				if wantWarning(t, plan, valid); plan.Replace {
					t.Error("the export is renewed before it has expired")
				}
				wantNoDiagnostics(t, p.Plan(state, nil)) // a destroy
			})
		})
	}
}

// Without a refresh, with a saved plan that is applied later, and without a second renewal.
func TestRenewal_throughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, withOutputs(t))
	cli.MustRun("apply", "-no-color", "-auto-approve")
	cli.Age(23 * time.Hour)
	cli.Write(withOutputs(t, `renew_before_expiry = "2h"`))
	// It takes two applies: renewal waits if something else changes.
	wantSaid(t, cli.MustRun("apply", "-no-color", "-auto-approve"), "0 added, 1 changed, 0 destroyed")
	planned := cli.MustRun("plan", "-no-color", "-refresh=false", "-out=due.tfplan")
	wantSaid(t, flat(planned), "1 to add, 0 to change, 1 to destroy",
		`-> (known after apply) # forces replacement`)
	time.Sleep(time.Second)
	wantSaid(t, cli.MustRun("apply", "-no-color", "due.tfplan"), "1 added, 0 changed, 1 destroyed")
	cli.WantEmptyPlan()
	wantPosts(t, api.Server, 2)
	cli.Write(withOutputs(t, `renew_before_expiry = "24h"`))
	wantSaid(t, flat(cli.MustRun("apply", "-no-color", "-auto-approve")), "valid for 24h0m0s", "1 changed")
	cli.WantEmptyPlan()
	cli.MustRun("destroy", "-no-color", "-auto-approve")
}
