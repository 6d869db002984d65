package provider_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage/recorded"
	"terraform-provider-vantage/internal/vantage"
)

// exportType is an export type with the type name of its resource and the argument that names its report.
type exportType struct {
	name string
	recorded.Kind
	typeName, report string
}

func exportTypes() []exportType {
	return []exportType{
		{
			name:     "unit costs",
			Kind:     recorded.Kind{Path: "/v2/unit_costs/data_exports", ExportType: "unit_costs"},
			typeName: "vantage_unit_cost_export",
			report:   "cost_report_token",
		},
		{
			name:     "costs",
			Kind:     recorded.Kind{Path: "/v2/costs/data_exports", ExportType: "cost_report"},
			typeName: "vantage_cost_export",
			report:   "cost_report_token",
		},
		{
			name: "Kubernetes efficiency",
			Kind: recorded.Kind{
				Path: "/v2/kubernetes_efficiency_reports/data_exports", ExportType: "kubernetes_efficiency_report",
			},
			typeName: "vantage_kubernetes_efficiency_export",
			report:   "kubernetes_efficiency_report_token",
		},
	}
}

func (k exportType) config(report string) map[string]any {
	return map[string]any{k.report: report, "start_date": "2026-02-01", "end_date": "2026-02-28"}
}

// Each export type reports a missing report, then completes an export in a resource and, with its file, in the action.
func TestRecording(t *testing.T) {
	t.Parallel()
	for _, k := range exportTypes() {
		for _, recording := range []struct {
			took    time.Duration // from the POST until the export was completed
			expires int           // seconds
			gets    int           // polls
		}{
			{took: 31 * time.Second, expires: 21600, gets: 1},
			{took: 90 * time.Second, expires: 86400, gets: 2},
		} {
			t.Run(fmt.Sprintf("%s after %s", k.name, recording.took), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					api := &recorded.API{T: t, Kind: k.Kind, Took: recording.took, Expires: recording.expires}
					options := &vantage.Options{APIToken: acctest.APIToken, Transport: api}
					p := acctest.NewProtocolOf(t, options, k.typeName)
					k.reportsMissing(t, p)
					least := time.Duration(recording.gets) * time.Minute // the Retry-After of each 202
					k.completesInResource(t, p, api, least)
					k.completesInAction(t, p)

					post, get := "POST api.vantage.sh"+k.Path, "GET api.vantage.sh/v2/data_exports/"+recorded.Token
					polls := slices.Repeat([]string{get}, recording.gets)
					fileURL, _, _ := strings.Cut(api.FileURL(), "?")
					file := "GET " + strings.TrimPrefix(fileURL, "https://")
					want := slices.Concat([]string{post, post}, polls, []string{post}, polls, []string{file})
					if got := api.Requests(); !slices.Equal(got, want) {
						t.Errorf("the requests are %q, want %q", got, want)
					}
				})
			})
		}
	}
}

func (k exportType) reportsMissing(t *testing.T, p *acctest.Protocol) {
	t.Helper()
	const message = "CostReport rprt_0000000000000000 not found."
	state := p.Create(t.Context(), k.config("rprt_0000000000000000"))
	if !state.IsNull() || len(state.Errors()) != 1 || !strings.Contains(state.Errors()[0], message) {
		t.Errorf("%v %v", state.Value, state.Errors())
	}
}

func (k exportType) completesInResource(t *testing.T, p *acctest.Protocol, api *recorded.API, least time.Duration) {
	t.Helper()
	config, start := k.config(recorded.Report), time.Now()
	state := p.Create(t.Context(), config)
	if len(state.Diagnostics) > 0 {
		t.Fatalf("%v %v", state.Errors(), state.Warnings())
	}
	if took := time.Since(start); took < least || took > least+time.Second {
		t.Errorf("the export took %s, want %s", took, least)
	}
	for name, want := range map[string]string{
		"token": recorded.Token, "status": "completed", "export_type": k.ExportType,
	} {
		if got := state.Text(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(state.Value.String(), strconv.Quote(api.FileURL())) {
		t.Errorf("the file is not at %q: %v", api.FileURL(), state.Value)
	}
	plan := p.Plan(p.Read(t.Context(), state), config)
	if len(plan.Diagnostics) > 0 || !plan.Value.Equal(state.Value) {
		t.Errorf("the plan is %v %v", plan.Value, plan.Errors())
	}
}

func (k exportType) completesInAction(t *testing.T, p *acctest.Protocol) {
	t.Helper()
	config, directory := k.config(recorded.Report), t.TempDir()
	config["directory"] = directory
	if got := p.Invoke(t.Context(), config); len(got.Diagnostics) > 0 {
		t.Fatalf("%v %v", got.Errors(), got.Warnings())
	}
	if file := acctest.Contents(t, filepath.Join(directory, recorded.File)); file != recorded.Rows {
		t.Errorf("the file has %q", file)
	}
}
