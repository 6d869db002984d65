package dataexport_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestResource_planCreateAndUpdate(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: time.Minute, RetryAfter: fakevantage.Exact, Files: 2, PendingBody: true}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		plan := p.Plan(acctest.State{}, minimal)
		for _, path := range [][]string{{"token"}, {"status"}, {"manifest", "files"}, {"manifest", "completed_at"}} {
			if plan.Text(path...) != "(unknown)" {
				t.Errorf("%v is planned as %q; of the manifest only the members may be unknown", path, plan.Text(path...))
			}
		}
		state := p.Apply(t.Context(), acctest.State{}, plan, minimal)
		wantCompleted(t, state)
		if state.Text("created_at") == "" || state.Text("export_type") != "unit_costs" || numberOfFiles(t, state) != 2 {
			t.Errorf("the state is %v", state.Value)
		}
		// An edit of the timeouts shows no value as unknown.
		longer := with(minimal, "timeouts", map[string]any{"create": "1h"})
		plan = p.Plan(state, longer)
		if plan.Replace || !plan.Value.IsFullyKnown() {
			t.Errorf("replaced because of %v, planned %v", plan.Replaces, plan.Value)
		}
		wantUnchanged(t, p, p.Apply(t.Context(), state, plan, longer), longer)
		wantTraffic(t, fake, "POST GET")
	})
}

// One plan sets and changes all arguments, another one removes them.
func TestPlan_replacesForEveryArgument(t *testing.T) {
	t.Parallel()
	scope := map[string]any{
		"start_date": "2025-01-01", "end_date": "2025-01-01", "date_bin": "month", "workspace_token": "wrkspc_1",
		"triggers": map[string]any{"a": "1"},
	}
	for typeName, arguments := range map[string]map[string]any{
		unitCostExport: {"cost_report_token": "rprt_2"},
		"vantage_cost_export": {
			"cost_report_token": "rprt_2", "filter": "b", "groupings": []any{"region"}, "schema": "focus",
			"settings": map[string]any{"amortize": true},
		},
		"vantage_kubernetes_efficiency_export": {
			"kubernetes_efficiency_report_token": "r", "filter": "b", "groupings": []any{"pod"},
		},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			inVirtualTimeOf(t, typeName, fakevantage.Options{}, func(
				t *testing.T, p *acctest.Protocol, _ *fakevantage.Server,
			) {
				config := minimal
				if typeName == "vantage_kubernetes_efficiency_export" {
					config = map[string]any{}
				}
				maps.Copy(arguments, scope)
				names := slices.Sorted(maps.Keys(arguments))
				wantReplaced(t, p.Plan(p.Create(t.Context(), config), arguments), names...)
				wantReplaced(t, p.Plan(p.Create(t.Context(), arguments), config), names...) // they are removed
			})
		})
	}
}

// While the provider configuration is unknown, nothing is requested, and every operation that needs the API fails.
func TestUnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	const cause = "known only after"
	inVirtualTime(t, fakevantage.Options{ReadyAfter: 10 * time.Minute}, func(
		t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
	) {
		pending, completed := p.Create(t.Context(), unwaited), p.Create(t.Context(), withoutURLs)
		wantCompleted(t, completed)
		requests := len(fake.Requests())

		unconfigured := acctest.NewProtocol(t, nil)
		for _, result := range []acctest.State{
			unconfigured.Create(t.Context(), minimal),
			unconfigured.ReadDataSource(t.Context(), minimal),
			unconfigured.Invoke(t.Context(), minimal).State,
		} {
			wantError(t, result, "Could not create unit cost export", cause)
		}
		wantError(t, unconfigured.Import(t.Context(), "dta_xprt_1"), "Could not import unit cost export", cause)
		wantWarning(t, unconfigured.Read(t.Context(), pending), cause)
		wantNoDiagnostics(t, unconfigured.Read(t.Context(), completed))
		for _, state := range []acctest.State{pending, completed} {
			plan := unconfigured.Plan(state, minimal)
			wantNoDiagnostics(t, plan)
			wantError(t, unconfigured.Apply(t.Context(), state, plan, minimal), "Could not", cause)
		}
		if n := len(fake.Requests()) - requests; n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
	existing := acctest.NewProtocolOf(t, nil, "vantage_data_export")
	for _, read := range reads {
		wantError(t, read(existing, t.Context(), map[string]any{"token": "dta_xprt_1"}), cause, "-target")
	}
	downloads, directory := acctest.NewProtocolOf(t, nil, downloadType), filepath.Join(t.TempDir(), "march")
	config := map[string]any{"token": "dta_xprt_1", "directory": directory}
	wantError(t, downloads.Create(t.Context(), config), "Could not download data export", cause)
	wantError(t, downloads.Invoke(t.Context(), config).State, "Could not download data export", cause)
	if _, err := os.Stat(directory); err == nil {
		t.Error("the directory was created")
	}
}

// A file's URL is an obvious value to try. It is sensitive, which an error of validation would ignore.
func TestValidate_neverQuotesAURL(t *testing.T) {
	t.Parallel()
	const url = "https://files.example/a.csv?X-Amz-Signature=abc"
	for typeName, arguments := range map[string]map[string]any{
		unitCostExport: {
			"cost_report_token": url, "workspace_token": url, "start_date": url, "end_date": url, "date_bin": url,
			"renew_before_expiry": url, "timeouts": map[string]any{"create": url},
		},
		"vantage_cost_export": {
			"schema": url, "groupings": []any{url}, "settings": map[string]any{"aggregate_by": url},
		},
		downloadType: {"token": url, "filename_prefix": url, "timeouts": map[string]any{"create": url}},
	} {
		p := acctest.NewProtocolOf(t, nil, typeName)
		for name, value := range arguments {
			config := minimal
			if typeName == downloadType {
				config = map[string]any{"token": "dta_xprt_1", "directory": "out"}
			}
			errs := p.Validate(with(config, name, value)).Errors()
			if len(errs) != 1 || strings.Contains(errs[0], "files.example") {
				t.Errorf("%s of %s: %q", name, typeName, errs)
			}
		}
	}
}
