package dataexport_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// reported is what the API reports of an imported cost export, with changed members.
func reported(changes map[string]any) map[string]any {
	attributes := map[string]any{
		"report_token": nil, "vql": nil, "groupings": []string{}, "settings": nil, "date_bin": nil, "start_date": nil,
		"end_date": nil, "schema": 1,
	}
	for name, value := range changes {
		attributes[name] = value
	}
	return attributes
}

// importCost imports a completed cost export with the reported attributes, as "terraform import" does.
func importCost(
	t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, attributes map[string]any,
) acctest.State {
	t.Helper()
	token := fake.AddOf("/v2/costs/data_exports", map[string]any{}, time.Now())
	fake.ChangeExport(token, func(e *fakevantage.Export) { e.Attributes = attributes })
	imported := p.Import(t.Context(), token)
	wantNoDiagnostics(t, imported)
	return imported
}

// What the plan after an import is, however many refreshes come before.
func TestImport_comparesByMeaning(t *testing.T) {
	t.Parallel()
	const filter = "costs.provider = 'aws'"
	list := func(values ...any) []any { return values }
	for name, test := range map[string]struct {
		reports, config map[string]any
		replaces        string // the argument
		adopts          string // as the warning lists them
		updates         bool
	}{
		"the same filter": {reports: map[string]any{"vql": filter}, config: map[string]any{"filter": filter}},
		"a heredoc, in parentheses": {
			reports: map[string]any{"vql": filter}, config: map[string]any{"filter": "(" + filter + ")\n"},
		},
		"reported in parentheses": {
			reports: map[string]any{"vql": "((a) AND (b))"}, config: map[string]any{"filter": " (a) AND (b) "},
		},
		"other parentheses": {
			reports: map[string]any{"vql": "(a) OR (b)"}, config: map[string]any{"filter": "a) OR (b"}, replaces: "filter",
		},
		"another filter": {
			reports: map[string]any{"vql": filter}, config: map[string]any{"filter": "costs.provider = 'gcp'"},
			replaces: "filter",
		},
		"a filter that is not reported": {config: map[string]any{"filter": filter}, adopts: "filter"},
		"another report": {
			reports: map[string]any{"report_token": "rprt_1"}, config: map[string]any{"cost_report_token": "rprt_2"},
			replaces: "cost_report_token",
		},
		"what the report has saved": {
			reports: map[string]any{
				"report_token": "rprt_1", "vql": filter, "groupings": []string{"service"}, "start_date": "2025-03-01",
				"end_date": "2025-03-31", "date_bin": "month", "settings": map[string]any{"amortize": true},
			},
			config: map[string]any{"cost_report_token": "rprt_1"}, updates: true,
		},
		"dates": {
			reports: map[string]any{"vql": filter, "start_date": "2025-03-01", "end_date": "2025-03-31"},
			config: map[string]any{
				"filter": filter, "start_date": "2025-03-01T00:00:00Z", "end_date": "2025-03-31T23:59:59Z",
			},
		},
		"dates as times": {
			reports: map[string]any{"vql": filter, "start_date": "2025-03-01T00:00:00Z", "end_date": "2025-03-31T00:00:00Z"},
			config:  map[string]any{"filter": filter, "start_date": "2025-03-01", "end_date": "2025-03-31"},
		},
		"another start": {
			reports: map[string]any{"vql": filter, "start_date": "2025-03-01T23:59:59Z"},
			config:  map[string]any{"filter": filter, "start_date": "2025-03-01"}, replaces: "start_date",
		},
		"another date bin": {
			reports: map[string]any{"vql": filter, "date_bin": "day"},
			config:  map[string]any{"filter": filter, "date_bin": "week", "schema": "focus"}, replaces: "date_bin",
		},
		"groupings as a list": {
			reports: map[string]any{"vql": filter, "groupings": []string{"provider", "tag:a b"}},
			config:  map[string]any{"filter": filter, "groupings": list("provider", "tag:a b")},
		},
		"groupings as a string": {
			reports: map[string]any{"vql": filter, "groupings": "provider, service"},
			config:  map[string]any{"filter": filter, "groupings": list("provider", "service")},
		},
		"other groupings": {
			reports: map[string]any{"vql": filter, "groupings": "provider"},
			config:  map[string]any{"filter": filter, "groupings": list("service")}, replaces: "groupings",
		},
		"settings": {
			reports: map[string]any{"vql": filter, "settings": map[string]any{"amortize": true, "aggregate_by": "cost"}},
			config: map[string]any{
				"filter": filter, "settings": map[string]any{"amortize": true, "aggregate_by": "cost"},
			},
		},
		"fewer settings than reported": {
			reports: map[string]any{"vql": filter, "settings": map[string]any{"amortize": true, "include_tax": true}},
			config:  map[string]any{"filter": filter, "settings": map[string]any{"amortize": true}}, updates: true,
		},
		"another setting": {
			reports: map[string]any{"vql": filter, "settings": map[string]any{"amortize": true}},
			config:  map[string]any{"filter": filter, "settings": map[string]any{"amortize": false}}, replaces: "settings",
		},
		"a setting that is not reported": {
			reports: map[string]any{"vql": filter, "settings": map[string]any{"amortize": true}},
			config:  map[string]any{"filter": filter, "settings": map[string]any{"include_tax": true}}, adopts: "settings",
		},
		"settings without a value": {
			reports: map[string]any{"vql": filter},
			config:  map[string]any{"filter": filter, "settings": map[string]any{}}, updates: true,
		},
		"arguments that are never reported": {
			reports: map[string]any{"vql": filter},
			config: map[string]any{
				"filter": filter, "schema": "focus", "workspace_token": "wrkspc_1", "triggers": map[string]any{"a": "1"},
			},
			adopts: "schema, triggers, workspace_token",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTimeOf(t, "vantage_cost_export", fakevantage.Options{}, func(
				t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
			) {
				state := importCost(t, p, fake, reported(test.reports))
				for range 3 {
					refreshed := p.Read(t.Context(), state)
					wantSame(t, state, refreshed)
					state = refreshed
				}
				plan := p.Plan(state, test.config)
				switch {
				case test.replaces != "":
					wantReplaced(t, plan, test.replaces)
					wantNoDiagnostics(t, plan)
					return
				case test.adopts != "":
					wantWarning(t, plan, "does not report "+test.adopts+" of the export")
				case test.updates:
					wantNoDiagnostics(t, plan)
				default:
					wantUnchanged(t, p, state, test.config)
					return
				}
				if plan.Replace || plan.Value.Equal(state.Value) {
					t.Errorf("replaced because of %v, want an update in place", plan.Replaces)
				}
				applied := p.Apply(t.Context(), state, plan, test.config)
				wantCompleted(t, applied)
				wantUnchanged(t, p, p.Read(t.Context(), applied), test.config)
				// Adoption has ended.
				test.config["triggers"] = map[string]any{"month": "2025-04"}
				wantReplaced(t, p.Plan(applied, test.config), "triggers")
				wantPosts(t, fake, 0)
			})
		})
	}
}

// A pending export has no attributes yet: the apply compares them when it has seen the export complete.
func TestImport_ofAPendingExport(t *testing.T) {
	t.Parallel()
	config := func(start string) map[string]any {
		return map[string]any{
			"cost_report_token": "rprt_1", "start_date": start, "triggers": map[string]any{"month": "2025-03"},
		}
	}
	pending := func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) acctest.State {
		imported := p.Import(t.Context(), fake.Add(map[string]any{
			"cost_report_token": "rprt_1", "start_date": "2024-12-01", "end_date": "2024-12-31",
		}, time.Now()))
		wantPending(t, imported, "")
		return imported
	}
	options := fakevantage.Options{ReadyAfter: 20 * time.Minute}
	t.Run("that matches", func(t *testing.T) {
		t.Parallel()
		inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
			state, matching := pending(t, p, fake), config("2024-12-01T00:00:00Z")
			plan := p.Plan(state, matching)
			wantWarning(t, plan, "cost_report_token, start_date, triggers")
			applied := p.Apply(t.Context(), state, plan, matching)
			wantCompleted(t, applied)
			wantConsistent(t, plan, applied)
			wantUnchanged(t, p, p.Read(t.Context(), applied), matching)
			delete(matching, "triggers")
			wantReplaced(t, p.Plan(applied, matching), "triggers")
		})
	})
	t.Run("that differs", func(t *testing.T) {
		t.Parallel()
		inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
			state, other := pending(t, p, fake), config("2025-03-01")
			applied := p.Apply(t.Context(), state, p.Plan(state, other), other)
			wantWords(t, applied.Errors(), `start_date is "2025-03-01" in the configuration and "2024-12-01" in the export`)
			if applied.Text("start_date") != "2024-12-01" || applied.Text("status") != "completed" {
				t.Errorf("the state is %v", applied.Value)
			}
			replaced := p.Plan(p.Read(t.Context(), applied), other)
			if !slices.ContainsFunc(replaced.Replaces, func(path string) bool { return strings.Contains(path, "start_date") }) {
				t.Errorf("replaced because of %v", replaced.Replaces)
			}
			wantPosts(t, fake, 0)
		})
	})
	// The comparison is made up for when a later refresh or apply sees the export complete.
	for name, apply := range map[string]func(*testing.T, *acctest.Protocol, acctest.State, map[string]any) acctest.State{
		"whose wait is interrupted": func(
			t *testing.T, p *acctest.Protocol, state acctest.State, config map[string]any,
		) acctest.State {
			time.AfterFunc(time.Minute, p.Stop)
			return p.Apply(t.Context(), state, p.Plan(state, config), config)
		},
		"that is not waited for": func(
			t *testing.T, p *acctest.Protocol, state acctest.State, config map[string]any,
		) acctest.State {
			config["wait_for_completion"] = false
			return p.Apply(t.Context(), state, p.Plan(state, config), config)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state, other := pending(t, p, fake), config("2025-03-01")
				state = apply(t, p, state, other)
				wantPending(t, state, "")
				later := config("2025-03-01")
				later["wait_for_completion"], later["workspace_token"] = other["wait_for_completion"], "wrkspc_1"
				wantReplaced(t, p.Plan(state, later), "workspace_token") // adoption has ended
				time.Sleep(time.Hour)
				refreshed := p.Read(t.Context(), state)
				wantReplaced(t, p.Plan(refreshed, other), "start_date")
			})
		})
	}
}

func TestImport_ofAKubernetesEfficiencyExport(t *testing.T) {
	t.Parallel()
	inVirtualTimeOf(t, "vantage_kubernetes_efficiency_export", fakevantage.Options{}, func(
		t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
	) {
		state := p.Import(t.Context(), fake.AddOf("/v2/kubernetes_efficiency_reports/data_exports", map[string]any{
			"kubernetes_efficiency_report_token": "r", "filter": "a", "groupings": "namespace,label:app",
		}, time.Now()))
		config := map[string]any{
			"kubernetes_efficiency_report_token": "r", "filter": "a", "groupings": []any{"namespace", "label:app"},
		}
		wantUnchanged(t, p, state, config)
		config["filter"] = "b"
		wantReplaced(t, p.Plan(state, config), "filter")
	})
}

func TestImport_withoutURLs(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		imported := p.Import(t.Context(), fake.Add(minimal, time.Now())+",store_file_urls=false")
		wantCompleted(t, imported)
		if strings.Contains(imported.Value.String(), "/files/") {
			t.Errorf("the state is %v", imported.Value)
		}
		wantUnchanged(t, p, imported, withoutURLs)
	})
}

func TestImport_fails(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		failed := fake.Add(minimal, time.Now())
		fake.ChangeExport(failed, func(e *fakevantage.Export) {
			e.Status, e.Messages = "failed", []string{"no such metric"}
		})
		wantWords(t, p.Import(t.Context(), failed).Errors(), "Could not import", "no such metric")
		wantWords(t, p.Import(t.Context(), "dta_xprt_no").Errors(), "Could not import", "404", "does not exist")
		wantWords(t, p.Import(t.Context(), "../../costs").Errors(), "Could not import", "letters, digits, underscores")
		acctest.WantRequests(t, fake, 0, 2)
	})
}

func TestImport_withoutAClient(t *testing.T) {
	t.Parallel()
	imported := acctest.NewProtocol(t, nil).Import(t.Context(), "dta_xprt_1")
	wantWords(t, imported.Errors(), "Could not import unit cost export", "known only after")
}

// A renewal of an imported export is planned once renew_before_expiry is in state.
func TestImport_ofAnExpiredExport(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		token := fake.Add(minimal, time.Now())
		fake.Finish(token)
		time.Sleep(25 * time.Hour)
		state := p.Import(t.Context(), token)
		wantCompleted(t, state)
		wantUnchanged(t, p, state, minimal)
		applied := p.Apply(t.Context(), state, p.Plan(state, renewed("2h")), renewed("2h"))
		wantCompleted(t, applied)
		wantReplaced(t, p.Plan(applied, renewed("2h")), "urls_valid_until")
		acctest.WantRequests(t, fake, 0, 1)
	})
}
