package provider_test

import (
	"regexp"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// functions is what can call those of a provider.
var functions = acctest.Version{Terraform: "1.8", OpenTofu: "1.7"}

// recent returns rows of a metric with these costs, the last one of yesterday.
func recent(metric string, costs ...string) []fakevantage.UnitCost {
	var rows []fakevantage.UnitCost
	for i, cost := range costs {
		day := time.Now().UTC().AddDate(0, 0, i-len(costs))
		rows = append(rows, fakevantage.NewUnitCost(metric, day.Format(time.DateOnly), cost))
	}
	return rows
}

// guardrails is the example, which warns above 0.8 and stops above 1.
func guardrails(t *testing.T, api *acctest.API) *acctest.CLI {
	t.Helper()
	cli := acctest.NewCLIFrom(t, api, "examples/guardrails")
	for name, value := range map[string]string{
		"cost_report_token": "rprt_1", "business_metric_token": "bsnss_mtrc_1", "warn_above": "0.8", "stop_above": "1",
		"release": "v1",
	} {
		cli.Setenv("TF_VAR_"+name, value)
	}
	return cli
}

func TestGuardrails(t *testing.T) {
	t.Parallel()
	const (
		warning = `It should be 0.8 at most`
		stop    = `Nothing is rolled out above 1`
		none    = `There is no unit cost of the last 7 days to go by`
	)
	unmeasured := recent("bsnss_mtrc_1", "0.5", "9")
	unmeasured[1].UnitCostAmount = nil
	for name, test := range map[string]struct {
		rows     []fakevantage.UnitCost
		finding  string
		warns    bool
		rollsOut bool
	}{
		"below both":        {recent("bsnss_mtrc_1", "9", "0.8"), `A unit costs 0.8 on`, false, true},
		"above the first":   {recent("bsnss_mtrc_1", "0.5", "0.80001"), `A unit costs 0.80001 on`, true, true},
		"above both":        {recent("bsnss_mtrc_1", "0.5", "1.01"), `A unit costs 1.01 on`, true, false},
		"no row":            {nil, none, true, false},
		"another metric's":  {recent("bsnss_mtrc_2", "0.5"), none, true, false},
		"last without unit": {unmeasured, `A unit costs 0.5 on`, false, true},
		"none with unit":    {unmeasured[1:], none, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{})
			api.SetUnitCosts(test.rows...)
			cli := guardrails(t, api)
			out, ok := cli.Run("apply", "-auto-approve", "-no-color")
			says := func(pattern string) bool { return regexp.MustCompile(acctest.Loose(pattern)).MatchString(out) }
			if ok != test.rollsOut || says(stop) == test.rollsOut || says(warning) != test.warns || !says(test.finding) {
				t.Errorf("succeeded: %t; it says %s", ok, out)
			}
			_, rolledOut := cli.Instances()["terraform_data.rollout"]
			if requests := len(api.Requests()); requests != 1 || rolledOut != test.rollsOut {
				t.Errorf("%d requests were made; rolled out: %t", requests, rolledOut)
			}
			if test.rollsOut {
				if out, ok := cli.Run("plan", "-detailed-exitcode", "-no-color"); !ok {
					t.Errorf("the second plan is not empty: %s", out)
				}
			}
		})
	}
}

// What stops a rollout does not stop its end.
func TestGuardrailsLetGo(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string][]fakevantage.UnitCost{"above": recent("bsnss_mtrc_1", "1.01"), "none": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{})
			api.SetUnitCosts(recent("bsnss_mtrc_1", "0.5")...)
			cli := guardrails(t, api)
			cli.MustRun("apply", "-auto-approve", "-no-color")
			api.SetUnitCosts(rows...)
			if out, ok := cli.Run("plan", "-no-color"); ok {
				t.Errorf("the plan does not stop: %s", out)
			}
			cli.MustRun("destroy", "-auto-approve", "-no-color")
		})
	}
}
