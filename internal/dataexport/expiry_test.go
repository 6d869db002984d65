package dataexport_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// renewed is a configuration with a renewal margin.
func renewed(margin any) map[string]any {
	return map[string]any{"cost_report_token": "rprt_1", "renew_before_expiry": margin}
}

func TestRead_expiredExportIsAFinishedRecord(t *testing.T) {
	t.Parallel()
	for name, api := range map[string]http.HandlerFunc{
		"described": nil,
		"unknown":   fakevantage.Errors(404, "DataExport not found."),
		"down":      fakevantage.Reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				if api != nil {
					fake.Change(func(o *fakevantage.Options) { o.Misbehave = always(api) })
				}
				requests := len(fake.Requests())
				time.Sleep(24 * time.Hour)
				for range 3 {
					refreshed := p.Read(t.Context(), state)
					wantNoDiagnostics(t, refreshed)
					wantSame(t, state, refreshed)
					wantUnchanged(t, p, refreshed, minimal)
				}
				unconfigured := acctest.NewProtocol(t, nil)
				wantNoDiagnostics(t, unconfigured.Read(t.Context(), state))
				wantReplaced(t, p.Plan(state, map[string]any{"cost_report_token": "rprt_2"}), "cost_report_token")
				wantReplaced(t, p.Plan(state, map[string]any{
					"cost_report_token": "rprt_1", "triggers": map[string]any{"month": "2025-03"},
				}), "triggers")
				wantNoDiagnostics(t, p.Apply(t.Context(), state, p.Plan(state, nil), nil))
				if n := len(fake.Requests()) - requests; n != 0 {
					t.Errorf("%d requests were sent", n)
				}
			})
		})
	}
}

func TestRead_withoutValidUntilExpiresAfterTwoDays(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{ValidFor: -1}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		for _, gets := range []int{2, 2} {
			time.Sleep(47 * time.Hour)
			wantSame(t, state, p.Read(t.Context(), state))
			acctest.WantRequests(t, fake, 1, gets)
		}
	})
}

func TestRead_lostExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config map[string]any
		after  time.Duration
		kept   bool
	}{
		"before it expires":            {config: minimal, after: time.Hour},
		"with renewal":                 {config: renewed("2h"), after: time.Hour},
		"unwaited":                     {config: unwaited, after: 47 * time.Hour},
		"unwaited, after two days":     {config: unwaited, after: 48 * time.Hour, kept: true},
		"after it expires":             {config: minimal, after: 24 * time.Hour, kept: true},
		"after it expires, with files": {config: renewed("2h"), after: 24 * time.Hour, kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), test.config)
				fake.Forget(state.Text("token"))
				time.Sleep(test.after)
				read := p.Read(t.Context(), state)
				if test.kept {
					wantNoDiagnostics(t, read)
					wantSame(t, state, read)
					return
				}
				wantWarning(t, read, state.Text("token"))
				if !read.IsNull() {
					t.Errorf("the state is %v", read.Value)
				}
			})
		})
	}
}

// unwaited is a configuration whose apply does not wait for completion.
var unwaited = map[string]any{"cost_report_token": "rprt_1", "wait_for_completion": false}

func TestRead_completedExportStaysCompleted(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]http.HandlerFunc{
		"202":           fakevantage.Answer(202, "202"),
		"204":           fakevantage.Answer(204, ""),
		"202 completed": fakevantage.Answer(202, `{"status":"completed"}`),
		"200 pending":   fakevantage.Answer(200, `{"status":"pending"}`),
		"200 expired":   fakevantage.Answer(200, `{"status":"expired"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				fake.Change(func(o *fakevantage.Options) { o.Misbehave = get(response) })
				wantSame(t, state, p.Read(t.Context(), state))
			})
		})
	}
}

// What a refresh may change: URLs that have expired, of an export that is still valid.
func TestRead_storedURLs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options fakevantage.Options
		wait    time.Duration
		change  func(*fakevantage.Export)
		fresh   bool
	}{
		"signed anew":      {},
		"another order":    {options: fakevantage.Options{RotateFiles: true}},
		"a new attribute":  {options: fakevantage.Options{LateAttribute: "owner"}},
		"a later end":      {change: func(e *fakevantage.Export) { e.ValidUntil = e.CompletedAt.Add(48 * time.Hour) }},
		"still working":    {options: fakevantage.Options{URLLifetime: 6 * time.Hour}, wait: 6*time.Hour - time.Minute},
		"expired":          {options: fakevantage.Options{URLLifetime: 6 * time.Hour}, wait: 6 * time.Hour, fresh: true},
		"expired for good": {options: fakevantage.Options{URLLifetime: 6 * time.Hour}, wait: 24 * time.Hour},
		"expired, and the API returns the same": {
			wait: 6 * time.Hour, change: func(e *fakevantage.Export) { e.ValidUntil = e.CompletedAt.Add(6 * time.Hour) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.options.Files = 3
			inVirtualTime(t, test.options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				if test.change != nil {
					fake.ChangeExport(state.Text("token"), test.change)
				}
				time.Sleep(test.wait)
				refreshed := p.Read(t.Context(), state)
				wantNoDiagnostics(t, refreshed)
				if !test.fresh {
					wantSame(t, state, refreshed)
				} else if changed := changes(t, state, refreshed); len(changed) == 0 || slices.Contains(changed, "completed_at") {
					t.Errorf("%v changed, want the URLs", changed)
				}
				wantUnchanged(t, p, refreshed, minimal)
			})
		})
	}
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
		"of the export":                         {margin: "24h", validity: 24 * time.Hour},
		"of the URLs":                           {options: fakevantage.Options{URLLifetime: time.Hour}, margin: "5h", validity: time.Hour},
		"of an export with a short valid_until": {options: fakevantage.Options{ValidFor: time.Hour}, margin: "1h", validity: time.Hour},
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

func TestRenewal_throughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	dueInAnHour := api.Add(asked, time.Now().Add(-23*time.Hour))
	api.ChangeExport(dueInAnHour, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-23 * time.Hour) })
	margin := func(margin string) string { return api.Config(matching(`renew_before_expiry = "` + margin + `"`)) }
	adding := applying(margin("2h"), plancheck.ResourceActionUpdate)
	adding.ExpectNonEmptyPlan = true // it takes two applies
	api.Run(t,
		importing(margin("2h"), dueInAnHour),
		adding,
		resource.TestStep{
			Config: margin("2h"),
			ConfigPlanChecks: expect(
				action(plancheck.ResourceActionReplace),
				plancheck.ExpectUnknownValue(address, manifest.AtMapKey("urls_valid_until")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("token")),
				plancheck.ExpectSensitiveValue(address, manifest.AtMapKey("files")),
			),
		},
		unchanged(margin("2h")),
		applying(margin("24h"), plancheck.ResourceActionUpdate), // as long as the export is valid: a warning
	)
	wantPosts(t, api.Server, 1)
}

func TestStoreFileURLs_ofAnExpiredExport(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), withoutURLs)
		time.Sleep(25 * time.Hour)
		stored := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
		wantWarning(t, stored, "has expired")
		if n := numberOfFiles(t, stored); n != 0 {
			t.Errorf("%d URLs are stored", n)
		}
		wantUnchanged(t, p, p.Read(t.Context(), stored), minimal)
		acctest.WantRequests(t, fake, 1, 1)
	})
}

// Attributes describe what was exported: they stay as they are while URLs are stored.
func TestStoreFileURLs_keepsAttributes(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{LateAttribute: "owner"}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), withoutURLs)
		plan := p.Plan(state, minimal)
		stored := p.Apply(t.Context(), state, plan, minimal)
		wantConsistent(t, plan, stored)
		if n := numberOfFiles(t, stored); n != 1 {
			t.Errorf("%d URLs are stored", n)
		}
		acctest.WantRequests(t, fake, 1, 2)
	})
}

func TestStoreFileURLs_throughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0", LateAttribute: "owner"})
	stored := api.Config(export(`store_file_urls = true`))
	without := api.Config(export(`store_file_urls = false`))
	withheld := []statecheck.StateCheck{
		inState(manifest.AtMapKey("files"), knownvalue.Null()),
		inState(manifest.AtMapKey("completed_at"), knownvalue.NotNull()),
		inState(manifest.AtMapKey("valid_until"), knownvalue.NotNull()),
	}
	api.Run(t,
		resource.TestStep{
			Config: without,
			ConfigPlanChecks: expect(
				plancheck.ExpectUnknownValue(address, manifest.AtMapKey("completed_at")),
				plancheck.ExpectKnownValue(address, manifest.AtMapKey("files"), knownvalue.Null()),
			),
			ConfigStateChecks: withheld,
		},
		unchanged(without),
		applying(stored, plancheck.ResourceActionUpdate, inState(manifest.AtMapKey("files"), fileLinks)),
		unchanged(stored),
		applying(without, plancheck.ResourceActionUpdate, withheld...),
		unchanged(without),
	)
	wantPosts(t, api.Server, 1)
}
