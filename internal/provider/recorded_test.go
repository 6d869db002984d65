package provider_test

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

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

// exchange is a recorded export: its duration, the expiry of its URLs in seconds, and the number of polls.
type exchange struct {
	took    time.Duration
	expires int
	gets    int
}

func (l exchange) requests(k exportType) []string {
	out := []string{"POST api.vantage.sh" + k.Path}
	for range l.gets {
		out = append(out, "GET api.vantage.sh/v2/data_exports/"+recorded.Token)
	}
	return out
}

// play runs f in virtual time with a provider whose API sends the recorded responses.
func play(t *testing.T, k exportType, l exchange, f func(*testing.T, *acctest.Protocol, *recorded.API)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		api := &recorded.API{T: t, Kind: k.Kind, Took: l.took, Expires: l.expires}
		options := &vantage.Options{APIToken: acctest.APIToken, Transport: api}
		f(t, acctest.NewProtocolOf(t, options, k.typeName), api)
	})
}

func TestRecording_completes(t *testing.T) {
	t.Parallel()
	exchanges := map[string]exchange{
		"completed at the first poll":  {took: 31 * time.Second, expires: 21600, gets: 1},
		"completed at the second poll": {took: 90 * time.Second, expires: 86400, gets: 2},
	}
	for _, k := range exportTypes() {
		for name, recording := range exchanges {
			t.Run(k.name+" in a resource, "+name, func(t *testing.T) {
				t.Parallel()
				play(t, k, recording, func(t *testing.T, p *acctest.Protocol, api *recorded.API) {
					recordedInResource(t, k, recording, p, api)
				})
			})
			t.Run(k.name+" in the action, "+name, func(t *testing.T) {
				t.Parallel()
				play(t, k, recording, func(t *testing.T, p *acctest.Protocol, api *recorded.API) {
					recordedInAction(t, k, recording, p, api)
				})
			})
		}
	}
}

func recordedInResource(t *testing.T, k exportType, l exchange, p *acctest.Protocol, api *recorded.API) {
	config, start := k.config(recorded.Report), time.Now()
	state := p.Create(t.Context(), config)
	if len(state.Diagnostics) > 0 {
		t.Fatalf("%v %v", state.Errors(), state.Warnings())
	}
	least := time.Duration(l.gets) * time.Minute // the Retry-After of each 202
	if took := time.Since(start); took < least || took > least+time.Second {
		t.Errorf("the export took %s, want %s", took, least)
	}
	if got := api.Requests(); !slices.Equal(got, l.requests(k)) {
		t.Errorf("the requests are %q", got)
	}
	for name, want := range map[string]string{
		"token": recorded.Token, "status": "completed", "export_type": k.ExportType,
	} {
		if got := state.Text(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if file := firstFile(t, state); file != api.FileURL() {
		t.Errorf("the file is at %q, want %q", file, api.FileURL())
	}
	plan := p.Plan(p.Read(t.Context(), state), config)
	if len(plan.Diagnostics) > 0 || !plan.Value.Equal(state.Value) {
		t.Errorf("the plan is %v %v", plan.Value, plan.Errors())
	}
}

func recordedInAction(t *testing.T, k exportType, l exchange, p *acctest.Protocol, api *recorded.API) {
	config, directory := k.config(recorded.Report), t.TempDir()
	config["directory"] = directory
	if got := p.Invoke(t.Context(), config); len(got.Diagnostics) > 0 {
		t.Fatalf("%v %v", got.Errors(), got.Warnings())
	}
	file, err := os.ReadFile(filepath.Join(directory, recorded.File))
	if err != nil || string(file) != recorded.Rows {
		t.Errorf("%q %v", file, err)
	}
	u, err := url.Parse(api.FileURL())
	if err != nil {
		t.Fatal(err)
	}
	if got := api.Requests(); !slices.Equal(got, append(l.requests(k), "GET s3.amazonaws.com"+u.Path)) {
		t.Errorf("the requests are %q", got)
	}
}

func TestRecording_notFound(t *testing.T) {
	t.Parallel()
	for _, k := range exportTypes() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			play(t, k, exchange{}, func(t *testing.T, p *acctest.Protocol, api *recorded.API) {
				const message = "CostReport rprt_0000000000000000 not found."
				state := p.Create(t.Context(), k.config("rprt_0000000000000000"))
				if !state.IsNull() || len(state.Errors()) != 1 || !strings.Contains(state.Errors()[0], message) {
					t.Errorf("%v %v", state.Value, state.Errors())
				}
				if got := api.Requests(); !slices.Equal(got, exchange{}.requests(k)) {
					t.Errorf("the requests are %q", got)
				}
			})
		})
	}
}

// firstFile returns the first file of the manifest.
func firstFile(t *testing.T, s acctest.State) (file string) {
	t.Helper()
	at := tftypes.NewAttributePath().WithAttributeName("manifest").WithAttributeName("files").WithElementKeyInt(0)
	found, _, err := tftypes.WalkAttributePath(s.Value, at)
	value, ok := found.(tftypes.Value)
	if err != nil || !ok || value.As(&file) != nil {
		t.Errorf("the state contains no file: %v %v", s.Value, err)
	}
	return file
}
