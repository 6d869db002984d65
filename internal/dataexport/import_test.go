package dataexport_test

import (
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
		"a heredoc, in parentheses": {
			reports: map[string]any{"vql": filter}, config: map[string]any{"filter": "(" + filter + ")\n"},
		},
		"reported in parentheses": {
			reports: map[string]any{"vql": "((a) AND (b))"}, config: map[string]any{"filter": " (a) AND (b) "},
		},
		"other parentheses": {
			reports: map[string]any{"vql": "(a) OR (b)"}, config: map[string]any{"filter": "a) OR (b"}, replaces: "filter",
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
		"groupings as a list": {
			reports: map[string]any{"vql": filter, "groupings": []string{"provider", "tag:a b"}},
			config:  map[string]any{"filter": filter, "groupings": list("provider", "tag:a b")},
		},
		"groupings as a string": {
			reports: map[string]any{"vql": filter, "groupings": "provider, service"},
			config:  map[string]any{"filter": filter, "groupings": list("provider", "service")},
		},
		"a setting that is not reported": {
			reports: map[string]any{"vql": filter, "settings": map[string]any{"amortize": true}},
			config:  map[string]any{"filter": filter, "settings": map[string]any{"include_tax": true}}, adopts: "settings",
		},
		"settings without a value": {
			reports: map[string]any{"vql": filter},
			config:  map[string]any{"filter": filter, "settings": map[string]any{}}, updates: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTimeOf(t, "vantage_cost_export", fakevantage.Options{}, func(
				t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
			) {
				state := importCost(t, p, fake, reported(test.reports))
				refreshed := p.Read(t.Context(), state)
				wantSame(t, state, refreshed)
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
				wantUnchanged(t, p, p.Apply(t.Context(), state, plan, test.config), test.config)
				wantPosts(t, fake, 0)
			})
		})
	}
}

// A pending export has no attributes yet: the apply compares them when it has seen the export complete.
func TestImport_ofAPendingExportThatDiffers(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: 20 * time.Minute}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Import(t.Context(), fake.Add(with(minimal, "start_date", "2024-12-01"), time.Now()))
		wantPending(t, state, "")
		other := with(minimal, "start_date", "2025-03-01")
		plan := p.Plan(state, other)
		wantWarning(t, plan, "cost_report_token, start_date")
		applied := p.Apply(t.Context(), state, plan, other)
		wantWords(t, applied.Errors(), `start_date is "2025-03-01" in the configuration and "2024-12-01" in the export`)
		if applied.Text("start_date") != "2024-12-01" || applied.Text("status") != "completed" {
			t.Errorf("the state is %v", applied.Value)
		}
		wantReplaced(t, p.Plan(p.Read(t.Context(), applied), other), "start_date")
		wantPosts(t, fake, 0)
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

func TestImport_warns(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		other := fake.AddOf("/v2/costs/data_exports", map[string]any{"cost_report_token": "rprt_1"}, time.Now())
		wantWords(t, p.Import(t.Context(), other).Warnings(), "may not be a unit cost export", `"cost_report"`, other)
		expired := fake.Add(minimal, time.Now())
		fake.Finish(expired)
		time.Sleep(25 * time.Hour)
		wantWords(t, p.Import(t.Context(), expired).Warnings(), "has expired", expired, "-replace")
		acctest.WantRequests(t, fake, 0, 2)
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
		wantWords(t, p.Import(t.Context(), "dta_xprt_no").Errors(), "Could not import", "404", "token in the import ID")
		wantWords(t, p.Import(t.Context(), "../../costs").Errors(), "Could not import", "letters, digits, underscores")
		acctest.WantRequests(t, fake, 0, 2)
	})
}
