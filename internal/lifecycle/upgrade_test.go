package lifecycle_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-vantage/internal/fakevantage"
)

// The state files were written before expired exports became finished records.
func TestUpgrade_plansNothing(t *testing.T) {
	t.Parallel()
	rprt1 := arguments{"cost_report_token": {text: "rprt_1"}}
	with := func(a arguments, more ...string) arguments {
		a = maps.Clone(a)
		for i := 0; i < len(more); i += 2 {
			a[more[i]] = argument{text: more[i+1]}
		}
		return a
	}
	march := with(rprt1, "start_date", "2025-03-01", "triggers", "month=3")
	for _, test := range []struct {
		file, address string
		args          arguments
		action        string
		later         string // after a week; the same if empty
	}{
		{"applied", "vantage_unit_cost_export.completed", with(march, "end_date", "2025-03-31", "date_bin", "week"),
			"no-op", ""},
		{"applied", "vantage_unit_cost_export.without_urls", with(rprt1, "store_file_urls", "false"), "no-op", ""},
		{"applied", "vantage_unit_cost_export.tainted", rprt1, "replace", ""},
		{"applied", "vantage_unit_cost_export.imported", march, "no-op", ""},
		{"applied", "vantage_unit_cost_export.imported", with(march, "workspace_token", "wrkspc_1"), "replace", ""},
		{"applied", "vantage_cost_export.completed", with(rprt1, "filter", "costs.provider = 'aws'", "groupings",
			"service,provider", "schema", "focus", "workspace_token", "wrkspc_1", "renew_before_expiry", "2h", "settings",
			"include_tax=false,aggregate_by=usage", "timeouts", "create=45m"), "no-op", "replace"},
		{"applied", "vantage_cost_export.imported", with(arguments{}, "filter", "costs.provider = 'gcp'"), "no-op", ""},
		{"applied", "vantage_kubernetes_efficiency_export.completed", with(arguments{}, "groupings", "namespace"),
			"no-op", ""},
		{"applied", downloadType + ".completed", with(arguments{}, "directory", "/exports"), "no-op", ""},
		{"pending", "vantage_unit_cost_export.pending", with(rprt1, "wait_for_completion", "false"), "no-op", ""},
		{"pending", "vantage_cost_export.interrupted", rprt1, "update", "no-op"},
		{"imported", "vantage_unit_cost_export.matching", with(rprt1, "start_date", "2025-03-01"), "no-op", ""},
		{"imported", "vantage_unit_cost_export.adopting", with(rprt1, "triggers", "month=3"), "update", ""},
		{"imported", "vantage_cost_export.other", with(arguments{}, "filter", "costs.provider = 'aws'"), "replace", ""},
	} {
		t.Run(test.file+" "+test.address, func(t *testing.T) {
			t.Parallel()
			for after, want := range map[time.Duration]string{
				time.Minute: test.action, 7 * 24 * time.Hour: cmp.Or(test.later, test.action),
			} {
				if err := upgrade(t, test.file, test.address, test.args, after, want); err != nil {
					t.Errorf("%s later: %v", after, err)
				}
			}
		})
	}
}

// upgrade plans from a resource in a state file, some time after it was written.
func upgrade(t *testing.T, file, address string, args arguments, after time.Duration, want string) (failure error) {
	stored := resourceIn(t, file, address)
	synctest.Test(t, func(*testing.T) {
		defer func() {
			if reason := recover(); reason != nil {
				failure = fmt.Errorf("%v", reason)
			}
		}()
		w := newWorld("/", nil, nil)
		w.host = "http://127.0.0.1:8765" // of the URLs
		created, _ := time.Parse(time.RFC3339, fmt.Sprint(stored.Attributes["created_at"]))
		time.Sleep(time.Until(created))
		w.ready(time.Hour)
		w.serve(stored)
		time.Sleep(after)

		r := w.add(stored.Type, stored.Type)
		r.args = args
		if r.typeName == downloadType {
			r.args["token"] = argument{text: fmt.Sprint(stored.Attributes["token"])}
		}
		s := w.start(true)
		raw, err := json.Marshal(stored.Attributes)
		w.must(err)
		upgraded, err := s.server.UpgradeResourceState(s.ctx, &tfprotov6.UpgradeResourceStateRequest{
			TypeName: r.typeName, RawState: &tfprotov6.RawState{JSON: raw},
		})
		w.must(err)
		if failed(upgraded.Diagnostics) {
			w.failf("%s", summaries(upgraded.Diagnostics))
		}
		o := object{value: s.unpack(r, upgraded.UpgradedState), private: stored.Private, tainted: stored.Status == "tainted"}
		o, ok := s.read(r, o)
		if !ok {
			w.failf("the refresh failed%s", s.last)
		}
		r.config = r.configured(w, false, at(o.value, "token"))
		if c, _ := s.plan(r, o, r.config); c.action != want {
			w.failf("planned to %s, want %s: %s%s\nfrom %s", c.action, want, show(c.planned.value), s.last, show(o.value))
		}
	})
	return failure
}

// stored is a resource in a state file.
type stored struct {
	Mode, Type, Name, Status string
	Attributes               map[string]any
	Private                  []byte
}

func resourcesIn(t *testing.T, file string) []stored {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", file+".tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			stored
			Instances []stored
		}
	}
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	var out []stored
	for _, r := range state.Resources {
		instance := r.Instances[0]
		instance.Mode, instance.Type, instance.Name = r.Mode, r.Type, r.Name
		out = append(out, instance)
	}
	return out
}

func resourceIn(t *testing.T, file, address string) stored {
	t.Helper()
	for _, r := range resourcesIn(t, file) {
		if r.Mode == "managed" && r.Type+"."+r.Name == address {
			return r
		}
	}
	t.Fatalf("%s has no %s", file, address)
	return stored{}
}

// TestUpgrade_readsDataSources decodes the data sources in a state file.
func TestUpgrade_readsDataSources(t *testing.T) {
	t.Parallel()
	for _, r := range resourcesIn(t, "applied") {
		if r.Mode != "data" {
			continue
		}
		raw, _ := json.Marshal(r.Attributes)
		value, err := tfprotov6.RawState{JSON: raw}.Unmarshal(schemas().DataSourceSchemas[r.Type].ValueType())
		if err != nil || value.IsNull() {
			t.Errorf("%s: %v", r.Type, err)
		}
	}
}

// serve makes the API know the export of a stored resource.
func (w *world) serve(r stored) {
	token := fmt.Sprint(r.Attributes["token"])
	for !w.known(token) {
		w.fake.AddOf(paths[r.Type], map[string]any{}, time.Now())
	}
	w.fake.ChangeExport(token, func(e *fakevantage.Export) {
		e.Path = cmp.Or(paths[r.Type], e.Path)
		if attributes, ok := r.Attributes["attributes"].(map[string]any); ok {
			e.Attributes, _ = attributes["value"].(map[string]any)
		}
		manifest, _ := r.Attributes["manifest"].(map[string]any)
		e.CompletedAt, _ = time.Parse(time.RFC3339, fmt.Sprint(manifest["completed_at"]))
	})
}
