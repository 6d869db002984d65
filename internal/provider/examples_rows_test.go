package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// recent returns daily rows of a metric with these costs until yesterday.
func recent(metric string, costs ...string) []fakevantage.UnitCost {
	var rows []fakevantage.UnitCost
	for i, cost := range costs {
		day := time.Now().UTC().AddDate(0, 0, i-len(costs))
		rows = append(rows, fakevantage.NewUnitCost(metric, day.Format(time.DateOnly), cost))
	}
	return rows
}

func TestGuardrails(t *testing.T) {
	t.Parallel()
	const (
		warning = `The warning limit is 0.8`
		stop    = `The limit for a rollout is 1`
		none    = `The last 7 days have no unit cost`
	)
	unmeasured := recent("bsnss_mtrc_1", "0.5", "9")
	unmeasured[1].UnitCostAmount = nil
	margin, calculation := recent("bsnss_mtrc_1", "0.7", "9"), "gross_margin"
	margin[1].CalculationType = &calculation
	api := acctest.Start(t, fakevantage.Options{Limits: []fakevantage.RouteLimit{}}) // more plans than a window allows
	// Limits of 0.8 for a warning and 1 for an error.
	cli := acctest.NewAttachedCLI(t, api, "examples/guardrails", "TF_VAR_cost_report_token=rprt_1",
		"TF_VAR_business_metric_token=bsnss_mtrc_1", "TF_VAR_warn_above=0.8", "TF_VAR_stop_above=1")
	released := ""
	for _, test := range []struct {
		name     string
		rows     []fakevantage.UnitCost
		finding  string
		warns    bool
		rollsOut bool
	}{
		{"below both", recent("bsnss_mtrc_1", "9", "0.8"), `is 0.8\.`, false, true},
		{"above the first", recent("bsnss_mtrc_1", "0.5", "0.80001"), `is 0.80001\.`, true, true},
		{"above both", recent("bsnss_mtrc_1", "0.5", "1.01"), `is 1.01\.`, true, false},
		{"no row", nil, none, true, false},
		{"another metric's", recent("bsnss_mtrc_2", "0.5"), `No unit costs match business_metric_token`, true, false},
		{"a gross margin", margin, `is 0.7\.`, false, true},
		{"last without unit", unmeasured, `is 0.5\.`, false, true},
		{"none with unit", unmeasured[1:], none, true, false},
	} {
		api.SetUnitCosts(test.rows...)
		cli.Setenv("TF_VAR_release", test.name)
		before := len(api.Requests())
		out, ok := cli.Run("apply", "-auto-approve", "-no-color")
		shows := func(pattern string) bool { return regexp.MustCompile(acctest.Loose(pattern)).MatchString(out) }
		if ok != test.rollsOut || shows(stop) == test.rollsOut || shows(warning) != test.warns || !shows(test.finding) {
			t.Errorf("%s: succeeded: %t; output: %s", test.name, ok, out)
		}
		requests := len(api.Requests()) - before
		if test.rollsOut {
			released = test.name
			cli.WantEmptyPlan()
		}
		rollout := fmt.Sprint(cli.Instances()["terraform_data.rollout"].Attributes["input"])
		if requests != 1 || !strings.Contains(rollout, released) {
			t.Errorf("%s: %d requests; rolled out: %s, want %s", test.name, requests, rollout, released)
		}
	}
	// A guardrail that stops a plan does not stop a destroy.
	cli.MustRun("destroy", "-auto-approve", "-no-color")
}
