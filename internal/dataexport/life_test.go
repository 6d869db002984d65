package dataexport_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

var minimal = map[string]any{"cost_report_token": "rprt_1"}

// inVirtualTime runs f in a bubble, with a provider that talks to a fake in process.
func inVirtualTime(
	t *testing.T,
	o fakevantage.Options,
	f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, o)
		client, err := vantage.New(vantage.Options{APIToken: acctest.APIToken, Transport: fake.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		f(t, acctest.NewProtocol(t, client), fake)
	})
}

func wantPending(t *testing.T, s acctest.State, token string) {
	t.Helper()
	if s.IsNull() || s.Text("token") == "" || token != "" && s.Text("token") != token || s.Text("id") != s.Text("token") ||
		s.Text("status") != "pending" {
		t.Errorf("the state is %v, want it pending with the token %s", s.Value, token)
	}
	if !s.Value.IsFullyKnown() || s.Text("manifest", "completed_at") != "" {
		t.Errorf("the state is %v, want the manifest's values null", s.Value)
	}
}

func wantCompleted(t *testing.T, s acctest.State) {
	t.Helper()
	if len(s.Diagnostics) != 0 || s.IsNull() || s.Text("status") != "completed" ||
		s.Text("manifest", "completed_at") == "" {
		t.Errorf("%v %v, the state is %v, want it completed", s.Errors(), s.Warnings(), s.Value)
	}
}

func wantUnchanged(t *testing.T, p *acctest.Protocol, s acctest.State, config map[string]any) {
	t.Helper()
	if plan := p.Plan(s, config); !plan.Value.Equal(s.Value) || plan.Replace || len(plan.Diagnostics) > 0 {
		t.Errorf("the plan changes %v to %v %v", s.Value, plan.Value, plan.Errors())
	}
}

func TestInterruptedCreateIsResumed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stop   time.Duration // after the apply began
		within time.Duration // it has to return
	}{
		"while the POST is under way": {stop: 500 * time.Millisecond, within: time.Second},
		"in a pause":                  {stop: 30 * time.Second, within: 0},
		"while a GET is under way":    {stop: 61*time.Second + 500*time.Millisecond, within: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "60", Latency: time.Second}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				config := map[string]any{"cost_report_token": "rprt_1", "timeouts": map[string]any{"create": "2h", "update": "2h"}}
				time.AfterFunc(test.stop, p.Stop)
				start := time.Now()
				interrupted := p.Create(t.Context(), config)
				if over := time.Since(start) - test.stop; over > test.within {
					t.Errorf("returned %s after the interrupt", over)
				}
				wantPending(t, interrupted, "")
				if len(interrupted.Errors()) > 0 || len(interrupted.Warnings()) != 1 ||
					!strings.Contains(interrupted.Warnings()[0], interrupted.Text("token")) {
					t.Errorf("%v %v, want a warning that names the export: an error would "+
						"taint", interrupted.Errors(), interrupted.Warnings())
				}

				refreshed := p.Read(t.Context(), interrupted)
				wantPending(t, refreshed, interrupted.Text("token"))
				plan := p.Plan(refreshed, config)
				if plan.Replace || plan.Text("token") != interrupted.Text("token") || plan.Text("status") != "(unknown)" {
					t.Fatalf("the plan is %v, want the same export updated in place", plan.Value)
				}
				resumed := p.Apply(t.Context(), refreshed, plan, config)
				wantCompleted(t, resumed)
				if resumed.Text("token") != interrupted.Text("token") || fake.Posts() != 1 {
					t.Errorf("another export was made")
				}
				wantUnchanged(t, p, p.Read(t.Context(), resumed), config)
			})
		})
	}
}

func TestInterruptedResumeIsResumedAgain(t *testing.T) {
	t.Parallel()
	inVirtualTime(
		t,
		fakevantage.Options{ReadyAfter: 20 * time.Minute},
		func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
			time.AfterFunc(time.Minute, p.Stop)
			state := p.Create(t.Context(), minimal)
			time.AfterFunc(time.Minute, p.Stop)
			again := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
			wantPending(t, again, state.Text("token"))
			if len(again.Errors()) > 0 {
				t.Errorf("%v", again.Errors())
			}
			wantCompleted(t, p.Apply(t.Context(), again, p.Plan(again, minimal), minimal))
			if fake.Posts() != 1 {
				t.Errorf("%d exports were made", fake.Posts())
			}
		},
	)
}

func TestAnExportThatFinishedMeanwhileNeedsNoApply(t *testing.T) {
	t.Parallel()
	inVirtualTime(
		t,
		fakevantage.Options{ReadyAfter: 5 * time.Minute},
		func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
			time.AfterFunc(time.Minute, p.Stop)
			state := p.Create(t.Context(), minimal)
			time.Sleep(time.Hour)
			refreshed := p.Read(t.Context(), state)
			wantCompleted(t, refreshed)
			wantUnchanged(t, p, refreshed, minimal)
		},
	)
}

func TestInterruptedBeforeThePostKeepsNothing(t *testing.T) {
	t.Parallel()
	limited := fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
		return fakevantage.Answer(429, "", "Retry-After: 600")
	}}
	inVirtualTime(t, limited, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		time.AfterFunc(time.Minute, p.Stop)
		start := time.Now()
		state := p.Create(t.Context(), minimal)
		if !state.IsNull() || len(state.Errors()) != 1 || time.Since(start) != time.Minute {
			t.Errorf("%v %v after %s", state.Value, state.Errors(), time.Since(start))
		}
		acctest.WantRequests(t, fake, 1, 0)
	})
}

func TestAWaitThatTimesOutKeepsTheToken(t *testing.T) {
	t.Parallel()
	inVirtualTime(
		t,
		fakevantage.Options{ReadyAfter: time.Hour, PendingBody: true},
		func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
			state := p.Create(t.Context(), minimal)
			wantPending(t, state, "")
			wantWords(
				t,
				state.Errors(),
				"Could not create unit cost export",
				state.Text("token"),
				`"pending"`,
				"30m0s",
				"terraform untaint",
				"timeouts",
			)

			// Untainted, the next apply waits for the same export; this time it is not enough either, which is no taint.
			again := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
			wantPending(t, again, state.Text("token"))
			wantWords(t, again.Errors(), "Could not finish unit cost export", "Apply again")
			wantCompleted(t, p.Apply(t.Context(), again, p.Plan(again, minimal), minimal))
			if fake.Posts() != 1 {
				t.Errorf("%d exports were made", fake.Posts())
			}
		},
	)
}

// wantWords expects one error that says all of the words.
func wantWords(t *testing.T, errors []string, words ...string) {
	t.Helper()
	if len(errors) != 1 {
		t.Fatalf("errors %q, want one", errors)
	}
	for _, w := range words {
		if !strings.Contains(errors[0], w) {
			t.Errorf("%q does not say %q", errors[0], w)
		}
	}
}

func TestAFailedExportLeavesNothing(t *testing.T) {
	t.Parallel()
	failing := fakevantage.Options{ReadyAfter: time.Minute, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == http.MethodGet && r.Nth > 2 {
			return fakevantage.Answer(200, `{"status":"errored","errors":["the report has no business metric"],"manifest":null}`)
		}
		return nil
	}}
	t.Run("in Create", func(t *testing.T) {
		t.Parallel()
		inVirtualTime(t, failing, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
			state := p.Create(t.Context(), minimal)
			if !state.IsNull() {
				t.Errorf("the state is %v", state.Value)
			}
			wantWords(t, state.Errors(), "dta_xprt_", `"errored"`, "the report has no business metric", "Apply again")
		})
	})
	t.Run("in Update", func(t *testing.T) {
		t.Parallel()
		inVirtualTime(t, failing, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
			time.AfterFunc(2*time.Second, p.Stop)
			state := p.Create(t.Context(), minimal)
			wantPending(t, state, "")
			token := state.Text("token")
			state = p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
			wantPending(t, state, token)
			wantWords(t, state.Errors(), "the report has no business metric", "stays in the state until the next refresh")
			if refreshed := p.Read(t.Context(), state); !refreshed.IsNull() || len(refreshed.Errors()) > 0 {
				t.Errorf("the refreshed state is %v %v", refreshed.Value, refreshed.Errors())
			}
		})
	})
	t.Run("in Read", func(t *testing.T) {
		t.Parallel()
		inVirtualTime(
			t,
			fakevantage.Options{ReadyAfter: time.Hour},
			func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				time.AfterFunc(time.Minute, p.Stop)
				state := p.Create(t.Context(), minimal)
				fake.ChangeExport(
					state.Text("token"),
					func(e *fakevantage.Export) { e.Status, e.Messages = "FAILED", []string{"no luck"} },
				)
				state = p.Read(t.Context(), state)
				if !state.IsNull() || len(state.Errors()) > 0 || len(state.Warnings()) != 1 ||
					!strings.Contains(state.Warnings()[0], "no luck") {
					t.Errorf("%v %v %v", state.Value, state.Errors(), state.Warnings())
				}
			},
		)
	})
}

func TestADeadAPIDuringARefreshChangesNothing(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		wantCompleted(t, state)
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = func(fakevantage.Request) http.HandlerFunc { return fakevantage.Reset }
		})
		start := time.Now()
		refreshed := p.Read(t.Context(), state)
		if !refreshed.Value.Equal(state.Value) {
			t.Errorf("the state changed to %v", refreshed.Value)
		}
		wantWords(t, refreshed.Errors(), "Could not read unit cost "+
			"export", state.Text("token"), "connection reset", "-refresh=false", "5m0s")
		if time.Since(start) != 5*time.Minute {
			t.Errorf("took %s", time.Since(start))
		}
	})
}

func TestAnEmptyExportWarns(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{Files: -1}, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		if len(state.Errors()) > 0 || len(state.Warnings()) != 1 || !strings.Contains(state.Warnings()[0], "no files") ||
			state.Text("status") != "completed" {
			t.Errorf("%v %v %v", state.Value, state.Errors(), state.Warnings())
		}
		wantUnchanged(t, p, p.Read(t.Context(), state), minimal)
	})
}

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
			inVirtualTime(t, fakevantage.Options{Files: 2}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
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

func TestDestroyOnlyForgets(t *testing.T) {
	t.Parallel()
	inVirtualTime(
		t,
		fakevantage.Options{RetryAfter: "0"},
		func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
			state := p.Create(t.Context(), minimal)
			gone := p.Apply(context.Background(), state, p.Plan(state, nil), nil)
			if !gone.IsNull() || len(gone.Diagnostics) > 0 {
				t.Errorf("%v %v", gone.Value, gone.Errors())
			}
			acctest.WantRequests(t, fake, 1, 1)
		},
	)
}

func TestAPlanThatKeepsAnExpiredExportWarns(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		time.Sleep(23 * time.Hour)
		if fresh := p.Read(t.Context(), state); len(fresh.Diagnostics) > 0 {
			t.Errorf("%v", fresh.Warnings())
		}
		time.Sleep(2 * time.Hour)
		expired := p.Read(t.Context(), state)
		if len(expired.Diagnostics) > 0 {
			t.Errorf("%v %v", expired.Errors(), expired.Warnings())
		}
		plan := p.Plan(expired, minimal)
		if !plan.Value.Equal(expired.Value) || len(plan.Warnings()) != 1 ||
			!strings.Contains(plan.Warnings()[0], "renew_before_expiry") {
			t.Errorf("%v, want a warning in a plan that changes nothing", plan.Warnings())
		}
		// Not in the plan that replaces it.
		replaced := p.Plan(expired, map[string]any{"cost_report_token": "rprt_2"})
		if !replaced.Replace || len(replaced.Diagnostics) > 0 {
			t.Errorf("%v", replaced.Warnings())
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
		if !due.Replace || len(due.Diagnostics) > 0 {
			t.Errorf("%v %v %v", due.Value, due.Errors(), due.Warnings())
		}
		if fake.Posts() != 1 {
			t.Errorf("%d exports were made by planning", fake.Posts())
		}
	})
}

func TestAMarginAsLongAsALifeWarnsThenFails(t *testing.T) {
	t.Parallel()
	config := map[string]any{"cost_report_token": "rprt_1", "renew_before_expiry": "24h"}
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		state := p.Create(t.Context(), config)
		if len(state.Errors()) > 0 || len(state.Warnings()) != 1 || !strings.Contains(state.Warnings()[0], "24h0m0s") {
			t.Errorf("%v %v", state.Errors(), state.Warnings())
		}
		wantWords(t, p.Plan(p.Read(t.Context(), state), config).Errors(), "24h0m0s")
	})
}

func TestAResumedWaitHasItsOwnTimeout(t *testing.T) {
	t.Parallel()
	config := map[string]any{"cost_report_token": "rprt_1", "timeouts": map[string]any{"create": "2h", "update": "3m"}}
	inVirtualTime(
		t,
		fakevantage.Options{ReadyAfter: time.Hour},
		func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
			time.AfterFunc(time.Minute, p.Stop)
			state := p.Create(t.Context(), config)
			wantWords(t, p.Apply(t.Context(), state, p.Plan(state, config), config).Errors(), "3m0s")
		},
	)
}

func TestATimeoutCountsFromTheRequest(t *testing.T) {
	t.Parallel()
	config := map[string]any{"cost_report_token": "rprt_1", "timeouts": map[string]any{"create": "3s"}}
	inVirtualTime(
		t,
		fakevantage.Options{ReadyAfter: time.Hour, Latency: 5 * time.Second},
		func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
			state := p.Create(t.Context(), config)
			wantPending(t, state, "")
			wantWords(t, state.Errors(), "ran out after 5s", "untaint")
			acctest.WantRequests(t, fake, 1, 0)
		},
	)
}
