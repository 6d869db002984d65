package provider_test

import (
	"maps"
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

// recordedKinds are the kinds of exports, with a configuration of each.
func recordedKinds() map[string]recordedKind {
	return map[string]recordedKind{
		"unit costs": {
			Kind:   recorded.Kind{Path: "/v2/unit_costs/data_exports", ExportType: "unit_costs"},
			config: map[string]any{"cost_report_token": recorded.Report, "start_date": "2026-02-01", "end_date": "2026-02-28"},
		},
	}
}

type recordedKind struct {
	recorded.Kind
	config map[string]any
}

// play runs f in virtual time, with a provider that meets the recorded exchange.
func play(t *testing.T, kind recorded.Kind, took time.Duration, expires int, f func(t *testing.T, p *acctest.Protocol, api *recorded.API)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		api := &recorded.API{T: t, Kind: kind, Took: took, Expires: expires}
		client, err := vantage.New(vantage.Options{APIToken: acctest.APIToken, Transport: api})
		if err != nil {
			t.Fatal(err)
		}
		f(t, acctest.NewProtocol(t, client), api)
	})
}

func TestTheRecordedExchange(t *testing.T) {
	t.Parallel()
	for name, kind := range recordedKinds() {
		post, get := "POST api.vantage.sh"+kind.Path, "GET api.vantage.sh/v2/data_exports/"+recorded.Token
		for length, test := range map[string]struct {
			took    time.Duration
			expires int
			asked   []string
			least   time.Duration
		}{
			"ready at the first question":  {31 * time.Second, 21600, []string{post, get}, time.Minute},
			"ready at the second question": {90 * time.Second, 86400, []string{post, get, get}, 2 * time.Minute},
		} {
			t.Run(name+" in a resource, "+length, func(t *testing.T) {
				t.Parallel()
				play(t, kind.Kind, test.took, test.expires, func(t *testing.T, p *acctest.Protocol, api *recorded.API) {
					start := time.Now()
					state := p.Create(t.Context(), kind.config)
					if len(state.Diagnostics) > 0 {
						t.Fatalf("%v %v", state.Errors(), state.Warnings())
					}
					if took := time.Since(start); took < test.least || took > test.least+time.Second {
						t.Errorf("took %s", took)
					}
					if !slices.Equal(api.Requests(), test.asked) {
						t.Errorf("asked %q", api.Requests())
					}
					if state.Text("token") != recorded.Token || state.Text("status") != "completed" || state.Text("export_type") != kind.ExportType {
						t.Errorf("the state is %v", state.Value)
					}
					if file := firstFile(t, state); file != api.FileURL() {
						t.Errorf("the file is at %q, want %q", file, api.FileURL())
					}
					refreshed := p.Read(t.Context(), state)
					if plan := p.Plan(refreshed, kind.config); len(plan.Diagnostics) > 0 || !plan.Value.Equal(state.Value) {
						t.Errorf("the plan is %v %v", plan.Value, plan.Errors())
					}
				})
			})
			t.Run(name+" in the action, "+length, func(t *testing.T) {
				t.Parallel()
				play(t, kind.Kind, test.took, test.expires, func(t *testing.T, p *acctest.Protocol, api *recorded.API) {
					directory := t.TempDir()
					config := maps.Clone(kind.config)
					config["directory"] = directory
					if told := p.Invoke(t.Context(), config); len(told.Diagnostics) > 0 {
						t.Fatalf("%v %v", told.Errors(), told.Warnings())
					}
					file, err := os.ReadFile(filepath.Join(directory, recorded.File))
					if err != nil || string(file) != recorded.Rows {
						t.Errorf("%q %v", file, err)
					}
					u, _ := url.Parse(api.FileURL())
					if want := append(slices.Clone(test.asked), "GET s3.amazonaws.com"+u.Path); !slices.Equal(api.Requests(), want) {
						t.Errorf("asked %q", api.Requests())
					}
				})
			})
		}
		t.Run(name+", no such report", func(t *testing.T) {
			t.Parallel()
			play(t, kind.Kind, 0, 0, func(t *testing.T, p *acctest.Protocol, api *recorded.API) {
				state := p.Create(t.Context(), map[string]any{"cost_report_token": "rprt_0000000000000000"})
				if !state.IsNull() || len(state.Errors()) != 1 || !strings.Contains(state.Errors()[0], "CostReport rprt_0000000000000000 not found.") {
					t.Errorf("%v %v", state.Value, state.Errors())
				}
				if !slices.Equal(api.Requests(), []string{post}) {
					t.Errorf("asked %q", api.Requests())
				}
			})
		})
	}
}

// firstFile returns the first of the manifest's files.
func firstFile(t *testing.T, s acctest.State) (file string) {
	t.Helper()
	at := tftypes.NewAttributePath().WithAttributeName("manifest").WithAttributeName("files").WithElementKeyInt(0)
	found, _, err := tftypes.WalkAttributePath(s.Value, at)
	value, ok := found.(tftypes.Value)
	if err != nil || !ok || value.As(&file) != nil {
		t.Errorf("the state has no file: %v %v", s.Value, err)
	}
	return file
}
