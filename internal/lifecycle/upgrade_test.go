package lifecycle_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-vantage/internal/fakevantage"
)

// The state files were written before expired exports became finished records; "previous" before completed exports did.
// An import that they have not ended counts as ended.
func TestUpgrade_plansNothing(t *testing.T) {
	t.Parallel()
	const march = "cost_report_token rprt_1;start_date 2025-03-01;triggers {\"month\":\"3\"}"
	for _, test := range []struct {
		file, resource string
		args           string
		action, later  string // a minute and a week after the export was created
	}{
		{"applied", "vantage_unit_cost_export.completed", march + ";end_date 2025-03-31;date_bin week", "no-op", "no-op"},
		{"applied", "vantage_unit_cost_export.without_urls", "cost_report_token rprt_1;store_file_urls false",
			"no-op", "no-op"},
		{"applied", "vantage_unit_cost_export.tainted", "cost_report_token rprt_1", "replace", "replace"},
		{"applied", "vantage_unit_cost_export.imported", march, "no-op", "no-op"},
		{"applied", "vantage_unit_cost_export.imported", march + ";workspace_token wrkspc_1", "replace", "replace"},
		{"applied", "vantage_cost_export.completed", `cost_report_token rprt_1;filter costs.provider = 'aws';` +
			`groupings ["service","provider"];schema focus;workspace_token wrkspc_1;renew_before_expiry 2h;` +
			`settings {"include_tax":false,"aggregate_by":"usage"};timeouts {"create":"45m"}`, "no-op", "replace"},
		{"applied", "vantage_cost_export.imported", "filter costs.provider = 'gcp'", "no-op", "no-op"},
		{"applied", "vantage_kubernetes_efficiency_export.completed", `groupings ["namespace"]`, "no-op", "no-op"},
		{"applied", "vantage_data_export_download.completed", "directory /exports", "no-op", "no-op"},
		{"pending", "vantage_unit_cost_export.pending", "cost_report_token rprt_1;wait_for_completion false",
			"no-op", "no-op"},
		{"pending", "vantage_cost_export.interrupted", "cost_report_token rprt_1", "update", "no-op"},
		{"imported", "vantage_unit_cost_export.matching", "cost_report_token rprt_1;start_date 2025-03-01",
			"no-op", "no-op"},
		{"imported", "vantage_unit_cost_export.adopting", "cost_report_token rprt_1;triggers {\"month\":\"3\"}",
			"replace", "replace"},
		{"imported", "vantage_cost_export.other", "filter costs.provider = 'aws'", "replace", "replace"},
		{"previous", "vantage_unit_cost_export.completed", "cost_report_token rprt_1;renew_before_expiry 2h",
			"no-op", "replace"},
		{"previous", "vantage_unit_cost_export.without_urls", "cost_report_token rprt_1;store_file_urls false",
			"no-op", "no-op"},
		{"previous", "vantage_unit_cost_export.without_urls", "cost_report_token rprt_1", "update", "update"},
		{"previous", "vantage_unit_cost_export.unwaited", "cost_report_token rprt_1;wait_for_completion false",
			"no-op", "no-op"},
		{"previous", "vantage_unit_cost_export.matching", "cost_report_token rprt_1;start_date 2025-03-01",
			"no-op", "no-op"},
		{"previous", "vantage_unit_cost_export.matching", "cost_report_token rprt_1;start_date 2025-03-01;date_bin week",
			"replace", "replace"},
		{"previous", "vantage_unit_cost_export.adopted", "cost_report_token rprt_1;triggers {\"month\":\"3\"}",
			"no-op", "no-op"},
	} {
		t.Run(test.file+" "+test.resource, func(t *testing.T) {
			t.Parallel()
			stored := resourcesIn(t, test.file)["managed."+test.resource]
			for after, want := range map[time.Duration]string{time.Minute: test.action, 7 * 24 * time.Hour: test.later} {
				err := inBubble(t, func() { newWorld("/").upgrade(stored, test.args, after, want) })
				if err != nil {
					t.Errorf("%s later: %v", after, err)
				}
			}
		})
	}
}

// upgrade plans from a stored resource, some time after its export was created.
func (w *world) upgrade(stored stored, args string, after time.Duration, want string) {
	token := fmt.Sprint(stored.Attributes["token"])
	created, err := time.Parse(time.RFC3339, fmt.Sprint(stored.Attributes["created_at"]))
	if err != nil && len(stored.Private) > 0 { // pending
		private := map[string][]byte{}
		w.must(json.Unmarshal(stored.Private, &private))
		w.must(json.Unmarshal(private["accepted_at"], &created))
	}
	time.Sleep(time.Until(created))
	w.run("ready 1h")
	w.serve(stored, token)
	time.Sleep(after)

	r := w.add("x", stored.Type)
	for _, arg := range strings.Split(args, ";") {
		w.run("set x " + arg)
	}
	s := w.start(true)
	raw, err := json.Marshal(stored.Attributes)
	w.must(err)
	o := object{value: s.upgrade(r, raw), private: stored.Private, tainted: stored.Status == "tainted"}
	o, ok := s.read(r, o)
	if !ok {
		w.failf("the refresh failed%s", s.last)
	}
	c, _ := s.plan(r, o, r.configure(r.args, nil, at(o.value, "token")))
	if c.action != want {
		w.failf("planned to %s, want %s: %s%s\nfrom %s", c.action, want, show(c.planned.value), s.last, show(o.value))
	}
}

// serve makes the API know the export of a stored resource.
func (w *world) serve(stored stored, token string) {
	path := paths[stored.Type]
	for !w.known(token) {
		w.fake.AddOf(cmp.Or(path, paths["vantage_unit_cost_export"]), map[string]any{}, time.Now())
	}
	w.fake.ChangeExport(token, func(e *fakevantage.Export) {
		e.Path = cmp.Or(path, e.Path)
		if attributes, ok := stored.Attributes["attributes"].(map[string]any); ok {
			e.Attributes, _ = attributes["value"].(map[string]any)
		}
		manifest, _ := stored.Attributes["manifest"].(map[string]any)
		e.CompletedAt, _ = time.Parse(time.RFC3339, fmt.Sprint(manifest["completed_at"]))
	})
}

// TestUpgrade_readsDataSources decodes the data sources in a state file.
func TestUpgrade_readsDataSources(t *testing.T) {
	t.Parallel()
	for address, r := range resourcesIn(t, "applied") {
		if !strings.HasPrefix(address, "data.") {
			continue
		}
		raw, _ := json.Marshal(r.Attributes)
		value, err := tfprotov6.RawState{JSON: raw}.Unmarshal(schemas().DataSourceSchemas[r.Type].ValueType())
		if err != nil || value.IsNull() {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// stored is a resource in a state file.
type stored struct {
	Type, Status string
	Attributes   map[string]any
	Private      []byte
}

// resourcesIn returns the resources in a state file by mode, type and name.
func resourcesIn(t *testing.T, file string) map[string]stored {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", file+".tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Mode, Type, Name string
			Instances        []stored
		}
	}
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	out := map[string]stored{}
	for _, r := range state.Resources {
		r.Instances[0].Type = r.Type
		out[r.Mode+"."+r.Type+"."+r.Name] = r.Instances[0]
	}
	return out
}
