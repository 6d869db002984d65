package dataexport_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// An argument that is not sent to the API can be unknown in the plan. Terraform plans again during the apply, and
// rejects a value that was known in the first plan and differs in the second.
func TestPlan_unknownArgument(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		argument string
		final    any
		options  fakevantage.Options
		config   map[string]any
	}{
		"a margin that is due": {argument: "renew_before_expiry", final: "2h"},
		"URLs from now on":     {argument: "store_file_urls", final: true, config: withoutURLs},
		"no URLs from now on":  {argument: "store_file_urls", final: false},
		"no URLs as before":    {argument: "store_file_urls", final: false, config: withoutURLs},
		"a wait":               {argument: "wait_for_completion", final: true, config: unwaited},
		"no wait, pending":     {argument: "wait_for_completion", final: false, config: unwaited},
		"no wait, completed":   {argument: "wait_for_completion", final: false},
		"a timeout":            {argument: "timeouts", final: map[string]any{"create": "1h"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, test.options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
				config, unknown := map[string]any{"cost_report_token": "rprt_1"}, map[string]any{"cost_report_token": "rprt_1"}
				if test.config == nil {
					test.config = minimal
				}
				state := p.Create(t.Context(), test.config)
				time.Sleep(23 * time.Hour)
				config[test.argument] = test.final
				unknown[test.argument] = tftypes.UnknownValue
				if test.argument == "timeouts" {
					unknown[test.argument] = map[string]any{"create": tftypes.UnknownValue}
				}
				first := p.Plan(state, unknown)
				second := p.Plan(state, config)
				if first.Replace || second.Replace {
					t.Errorf("replaced because of %v %v", first.Replaces, second.Replaces)
				}
				wantConsistent(t, first, second)
				applied := p.Apply(t.Context(), state, second, config)
				wantNoDiagnostics(t, applied)
				wantConsistent(t, second, applied)
			})
		})
	}
}

var withoutURLs = map[string]any{"cost_report_token": "rprt_1", "store_file_urls": false}

// wantConsistent expects every value that is known in a plan in what follows.
func wantConsistent(t *testing.T, plan, after acctest.State) {
	t.Helper()
	differences, err := plan.Value.Diff(after.Value)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		if d.Value1 != nil && d.Value1.IsFullyKnown() {
			t.Errorf("%s was planned as %s and became %s", d.Path, d.Value1, d.Value2)
		}
	}
}

// numberOfFiles returns how many URLs are stored. It fails the test if the list is null.
func numberOfFiles(t *testing.T, s acctest.State) int {
	t.Helper()
	found, _, err := tftypes.WalkAttributePath(s.Value,
		tftypes.NewAttributePath().WithAttributeName("manifest").WithAttributeName("files"))
	files, ok := found.(tftypes.Value)
	var urls []tftypes.Value
	if err != nil || !ok || files.IsNull() || files.As(&urls) != nil {
		t.Fatalf("there is no list of files: %v %v", found, err)
	}
	return len(urls)
}
