package lifecycle_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-vantage/internal/fakevantage"
)

// previous.tfstate was written by the commit before completed exports became finished records (aa02972). An import that
// it had not ended counts as none.
func TestUpgrade_plansNothing(t *testing.T) {
	t.Parallel()
	const report = "cost_report_token rprt_1"
	const march = report + ";start_date 2025-03-01"
	const triggers = ";triggers {\"month\":\"3\"}"
	for _, test := range []struct {
		resource      string
		args          string
		action, later string // a minute and a week after the export was created
	}{
		{"vantage_unit_cost_export.completed", march + triggers + ";end_date 2025-03-31;date_bin week", "no-op", "no-op"},
		{"vantage_unit_cost_export.completed", march + triggers + ";end_date 2025-03-31;date_bin day", "replace", "replace"},
		{"vantage_unit_cost_export.without_urls", report + ";store_file_urls false;renew_before_expiry 2h",
			"no-op", "replace"},
		{"vantage_unit_cost_export.without_urls", report + ";renew_before_expiry 2h", "update", "update"},
		{"vantage_cost_export.completed", `cost_report_token rprt_1;filter costs.provider = 'aws';` +
			`groupings ["service","provider"];schema focus;workspace_token wrkspc_1;renew_before_expiry 2h;` +
			`settings {"include_tax":false,"aggregate_by":"usage"};timeouts {"create":"45m"}`, "no-op", "replace"},
		{"vantage_kubernetes_efficiency_export.completed",
			`kubernetes_efficiency_report_token kbnts_1;groupings ["namespace"]`, "no-op", "no-op"},
		{"vantage_data_export_download.completed", "directory /exports/one", "no-op", "no-op"},
		{"vantage_unit_cost_export.pending", report + ";wait_for_completion false", "no-op", "no-op"},
		{"vantage_cost_export.interrupted", "filter costs.provider = 'aws'", "update", "no-op"},
		{"vantage_unit_cost_export.import_matching", march, "no-op", "no-op"},
		{"vantage_unit_cost_export.import_matching", march + triggers, "replace", "replace"},
		{"vantage_unit_cost_export.import_pending", report, "replace", "replace"},
	} {
		t.Run(test.resource, func(t *testing.T) {
			t.Parallel()
			stored := resourcesIn(t)["managed."+test.resource]
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
	o := object{value: s.upgrade(r, raw), private: stored.Private}
	o, ok := s.read(r, o)
	if !ok {
		w.failf("the refresh failed%s", s.last)
	}
	c, _ := s.plan(r, o, r.configure(r.args, nil, at(o.value, "token")))
	if c.action != want {
		w.failf("planned to %s, want %s: %s%s\nfrom %s", c.action, want, show(c.planned.value), s.last, show(o.value))
	}
}

// serve makes the API know the export of a stored resource, whose token is that of the first export of a fake.
func (w *world) serve(stored stored, token string) {
	path := cmp.Or(paths[stored.Type], paths["vantage_unit_cost_export"])
	w.fake.AddOf(path, map[string]any{}, time.Now())
	w.fake.ChangeExport(token, func(e *fakevantage.Export) {
		if attributes, ok := stored.Attributes["attributes"].(map[string]any); ok {
			e.Attributes, _ = attributes["value"].(map[string]any)
		}
		manifest, _ := stored.Attributes["manifest"].(map[string]any)
		e.CompletedAt, _ = time.Parse(time.RFC3339, fmt.Sprint(manifest["completed_at"]))
	})
}

// TestUpgrade_readsDataSources decodes the data sources in previous.tfstate.
func TestUpgrade_readsDataSources(t *testing.T) {
	t.Parallel()
	for address, r := range resourcesIn(t) {
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

// stored is a resource in previous.tfstate.
type stored struct {
	Type       string
	Attributes map[string]any
	Private    []byte
}

// resourcesIn returns the resources in previous.tfstate by mode, type and name.
func resourcesIn(t *testing.T) map[string]stored {
	t.Helper()
	content, err := os.ReadFile("testdata/previous.tfstate")
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
