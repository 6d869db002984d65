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

// The first apply after an import is an update in place or a replacement, never a no-op.
func TestImport_firstApply(t *testing.T) {
	t.Parallel()
	const filter = "costs.provider = 'aws'"
	list := func(values ...any) []any { return values }
	for name, test := range map[string]struct {
		reports, config map[string]any
		replaces        string // the argument
		adopts          string // as the warning lists them
	}{
		"in other words": {
			reports: map[string]any{"vql": filter, "start_date": "2025-03-01+00:00", "groupings": "provider, service"},
			config: map[string]any{
				"filter": "(" + filter + ")\n", "start_date": "2025-03-01", "groupings": list("provider", "service"),
			},
		},
		"the same": {
			reports: map[string]any{"vql": filter, "groupings": []string{"provider", "tag:a b"}},
			config:  map[string]any{"filter": filter, "groupings": list("provider", "tag:a b")},
		},
		"omitted": {
			reports: map[string]any{"vql": filter, "date_bin": "week", "settings": map[string]any{"amortize": true}},
			config:  map[string]any{"filter": filter},
		},
		"another value": {
			reports: map[string]any{"vql": filter, "start_date": "2025-03-01"},
			config:  map[string]any{"filter": filter, "start_date": "2025-03-02"}, replaces: "start_date",
		},
		"not reported": {
			reports: map[string]any{"vql": filter, "settings": map[string]any{"amortize": true}},
			config: map[string]any{
				"filter": filter, "settings": map[string]any{"include_tax": true}, "triggers": map[string]any{"month": "3"},
			},
			adopts: "settings, triggers",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTimeOf(t, "vantage_cost_export", fakevantage.Options{}, func(
				t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
			) {
				state := importCost(t, p, fake, reported(test.reports))
				wantSame(t, state, p.Read(t.Context(), state))
				plan := p.Plan(state, test.config)
				if test.replaces != "" {
					wantReplaced(t, plan, test.replaces)
					wantNoDiagnostics(t, plan)
					return
				}
				if test.adopts != "" {
					wantWarning(t, plan, "does not report "+test.adopts+" of the export")
				} else {
					wantNoDiagnostics(t, plan)
				}
				if plan.Replace || plan.Value.Equal(state.Value) {
					t.Errorf("the plan is %v, replaces %v; want an update in place", plan.Value, plan.Replaces)
				}
				applied := p.Apply(t.Context(), state, plan, test.config)
				if n := numberOfFiles(t, applied); n != 1 {
					t.Errorf("%d URLs are stored", n)
				}
				wantUnchanged(t, p, applied, test.config)
				other := with(with(test.config, "triggers", map[string]any{"month": "4"}), "date_bin", "quarter")
				wantReplaced(t, p.Plan(applied, other), "date_bin", "triggers")
				wantTraffic(t, fake, "GET GET")
			})
		})
	}
}

// Nothing is stored or requested that the configuration does not ask for.
func TestImport_storesNoURL(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		imported := p.Import(t.Context(), fake.Add(minimal, time.Now()))
		wantCompleted(t, imported)
		applied := p.Apply(t.Context(), imported, p.Plan(imported, withoutURLs), withoutURLs)
		wantCompleted(t, applied)
		for _, s := range []acctest.State{imported, applied} {
			if strings.Contains(s.Value.String(), "/files/") || s.Text("manifest", "urls_valid_until") == "" {
				t.Errorf("the state is %v", s.Value)
			}
		}
		wantUnchanged(t, p, applied, withoutURLs)
		wantTraffic(t, fake, "GET")
	})
}

func TestImport_warns(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		other := fake.AddOf("/v2/costs/data_exports", map[string]any{"cost_report_token": "rprt_1"}, time.Now())
		wantWarning(t, p.Import(t.Context(), other), "may not be a unit cost export", `"cost_report"`, other)
		expired := fake.Add(minimal, time.Now())
		fake.Finish(expired)
		time.Sleep(25 * time.Hour)
		wantWarning(t, p.Import(t.Context(), expired), "has expired", expired, "-replace")
		wantTraffic(t, fake, "GET GET")
	})
}

func TestImport_fails(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		failed := fake.Add(minimal, time.Now())
		fake.ChangeExport(failed, func(e *fakevantage.Export) {
			e.Status, e.Messages = "failed", []string{"no such metric"}
		})
		wantError(t, p.Import(t.Context(), failed), "Could not import", "no such metric")
		pending := fake.Add(minimal, time.Now().Add(time.Hour))
		wantError(t, p.Import(t.Context(), pending), "Could not import", pending, "about a minute")
		wantError(t, p.Import(t.Context(), "dta_xprt_no"), "Could not import", "404", "token in the import ID")
		wantError(t, p.Import(t.Context(), "../../costs"), "Could not import", "letters, digits, underscores")
		wantTraffic(t, fake, "GET GET GET")
	})
}
