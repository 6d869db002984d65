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

func TestRenewal_isDecidedByTheClock(t *testing.T) {
	t.Parallel()
	unstored := renewed("2h")
	unstored["store_file_urls"] = false
	for expiry, config := range map[string]map[string]any{"urls_valid_until": renewed("2h"), "valid_until": unstored} {
		t.Run(expiry, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), config)
				time.Sleep(22*time.Hour - time.Minute)
				wantUnchanged(t, p, state, config)
				time.Sleep(time.Minute)
				due := p.Plan(state, config) // without a refresh
				wantNoDiagnostics(t, due)
				wantReplaced(t, due, expiry)
				if due.Text("manifest", expiry) != "(unknown)" || due.Text("token") != "(unknown)" {
					t.Errorf("the plan is %v", due.Value)
				}
				wantReplaced(t, p.Plan(p.Read(t.Context(), state), config), expiry)

				// If something else changes, renewal waits for the next plan.
				longer := map[string]any{"timeouts": map[string]any{"create": "1h"}}
				for name, value := range config {
					longer[name] = value
				}
				if update := p.Plan(state, longer); update.Replace || update.Text("token") != state.Text("token") {
					t.Errorf("replaced because of %v, want an update", update.Replaces)
				}
				wantPosts(t, fake, 1)
			})
		})
	}
}

func TestRenewal_marginAsLongAsTheValidity(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options  fakevantage.Options
		margin   string
		validity time.Duration
	}{
		"of the export":   {fakevantage.Options{}, "24h", 24 * time.Hour},
		"of the URLs":     {fakevantage.Options{URLLifetime: time.Hour}, "5h", time.Hour},
		"of a short life": {fakevantage.Options{ValidFor: time.Hour}, "1h", time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := renewed(test.margin)
			inVirtualTime(t, test.options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
				state := p.Create(t.Context(), config)
				wantNoDiagnostics(t, state)
				for range 3 { // also if fresh URLs have a later expiry
					time.Sleep(test.validity - time.Minute)
					state = p.Read(t.Context(), state)
					valid := p.Plan(state, config)
					wantWarning(t, valid, test.validity.String())
					if valid.Replace {
						t.Error("the export is renewed before it has expired")
					}
					time.Sleep(time.Minute)
					expired := p.Plan(state, config)
					wantWarning(t, expired, test.validity.String())
					wantReplaced(t, expired, "urls_valid_until")
					state = p.Apply(t.Context(), acctest.State{}, p.Plan(acctest.State{}, config), config)
				}
				wantNoDiagnostics(t, p.Plan(state, nil)) // a destroy
			})
		})
	}
}

func TestRenewal_freshURLsPostponeIt(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{URLLifetime: time.Hour}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		state := p.Create(t.Context(), renewed("0s"))
		for range 23 {
			time.Sleep(time.Hour)
			state = p.Read(t.Context(), state)
			wantUnchanged(t, p, state, renewed("0s"))
		}
		time.Sleep(time.Hour)
		wantReplaced(t, p.Plan(p.Read(t.Context(), state), renewed("0s")), "urls_valid_until")
	})
}

// An export that expires as it completes counts as valid for two days, instead of being renewed in every plan.
func TestRenewal_validUntilBeforeCompletion(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{ValidFor: time.Nanosecond}, func(
		t *testing.T, p *acctest.Protocol, _ *fakevantage.Server,
	) {
		state := p.Create(t.Context(), renewed("2h"))
		time.Sleep(46*time.Hour - time.Minute)
		wantUnchanged(t, p, state, renewed("2h"))
		time.Sleep(time.Minute)
		wantReplaced(t, p.Plan(state, renewed("2h")), "urls_valid_until")
	})
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
	wantEmptyPlan(t, cli)
	wantPosts(t, api.Server, 2)
	cli.Write(withOutputs(t, `renew_before_expiry = "24h"`))
	wantSaid(t, flat(cli.MustRun("apply", "-no-color", "-auto-approve")), "valid for 24h0m0s", "1 changed")
	wantEmptyPlan(t, cli)
	cli.MustRun("destroy", "-no-color", "-auto-approve")
}
