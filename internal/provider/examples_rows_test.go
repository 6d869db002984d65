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

// functions is the first version that calls provider functions.
var functions = acctest.Version{Terraform: "1.8", OpenTofu: "1.7"}

// recent returns daily rows of a metric with these costs until yesterday.
func recent(metric string, costs ...string) []fakevantage.UnitCost {
	var rows []fakevantage.UnitCost
	for i, cost := range costs {
		day := time.Now().UTC().AddDate(0, 0, i-len(costs))
		rows = append(rows, fakevantage.NewUnitCost(metric, day.Format(time.DateOnly), cost))
	}
	return rows
}

// guardrails returns the example, with limits of 0.8 for a warning and 1 for an error.
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
		warning = `The warning limit is 0.8`
		stop    = `The limit for a rollout is 1`
		none    = `The last 7 days have no unit cost`
	)
	unmeasured := recent("bsnss_mtrc_1", "0.5", "9")
	unmeasured[1].UnitCostAmount = nil
	margin, calculation := recent("bsnss_mtrc_1", "0.7", "9"), "gross_margin"
	margin[1].CalculationType = &calculation
	for name, test := range map[string]struct {
		rows     []fakevantage.UnitCost
		finding  string
		warns    bool
		rollsOut bool
	}{
		"below both":        {recent("bsnss_mtrc_1", "9", "0.8"), `is 0.8\.`, false, true},
		"above the first":   {recent("bsnss_mtrc_1", "0.5", "0.80001"), `is 0.80001\.`, true, true},
		"above both":        {recent("bsnss_mtrc_1", "0.5", "1.01"), `is 1.01\.`, true, false},
		"no row":            {nil, none, true, false},
		"another metric's":  {recent("bsnss_mtrc_2", "0.5"), `No unit costs match business_metric_token`, true, false},
		"a gross margin":    {margin, `is 0.7\.`, false, true},
		"last without unit": {unmeasured, `is 0.5\.`, false, true},
		"none with unit":    {unmeasured[1:], none, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{})
			api.SetUnitCosts(test.rows...)
			cli := guardrails(t, api)
			out, ok := cli.Run("apply", "-auto-approve", "-no-color")
			shows := func(pattern string) bool { return regexp.MustCompile(acctest.Loose(pattern)).MatchString(out) }
			if ok != test.rollsOut || shows(stop) == test.rollsOut || shows(warning) != test.warns || !shows(test.finding) {
				t.Errorf("succeeded: %t; output: %s", ok, out)
			}
			_, rolledOut := cli.Instances()["terraform_data.rollout"]
			if requests := len(api.Requests()); requests != 1 || rolledOut != test.rollsOut {
				t.Errorf("%d requests; rolled out: %t", requests, rolledOut)
			}
			if test.rollsOut {
				if out, ok := cli.Run("plan", "-detailed-exitcode", "-no-color"); !ok {
					t.Errorf("the second plan is not empty: %s", out)
				}
			}
		})
	}
}

// A guardrail that stops a plan does not stop a destroy.
func TestGuardrails_allowDestroy(t *testing.T) {
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
				t.Errorf("the plan succeeds: %s", out)
			}
			cli.MustRun("destroy", "-auto-approve", "-no-color")
		})
	}
}

// A job that runs more often than monthly makes one export a month.
func TestMonthly(t *testing.T) {
	t.Parallel()
	functions.SkipUnlessMet(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0", SignOnce: true})
	cli := acctest.NewCLIFrom(t, api, "examples/monthly")
	cli.Setenv("TF_VAR_cost_report_token", "rprt_1")
	exports := 0
	for _, test := range []struct{ now, start, end string }{
		{"2024-02-29T12:00:00Z", "2024-01-01", "2024-01-31"}, // from a leap day
		{"2024-02-29T23:59:59Z", "", ""},
		{"2024-03-01T00:00:00Z", "2024-02-01", "2024-02-29"}, // the turn, to a leap year's February
		{"2024-03-31T06:00:00Z", "", ""},                     // a 31st, and there is none in the month before
		{"2024-04-01T00:30:00Z", "2024-03-01", "2024-03-31"},
		{"2024-04-01T01:30:00+02:00", "2024-02-01", "2024-02-29"}, // still March in UTC
		{"2025-01-01T00:00:00Z", "2024-12-01", "2024-12-31"},      // the turn of a year
		{"2025-01-31T23:59:59Z", "", ""},
		{"2025-03-31T00:00:00Z", "2025-02-01", "2025-02-28"},
	} {
		cli.Setenv("TF_VAR_now", test.now)
		if test.start != "" {
			exports++
			cli.MustRun("apply", "-auto-approve", "-no-color")
			want := fmt.Sprintf(`{"cost_report_token":"rprt_1","start_date":%q,"end_date":%q}`, test.start, test.end)
			if asked := lastPost(api); asked != want {
				t.Errorf("at %s it asked with %s, want %s", test.now, asked, want)
			}
			if out := cli.MustRun("output", "month"); !strings.Contains(out, test.start[:len("2024-01")]) {
				t.Errorf("at %s the month is %s", test.now, out)
			}
		}
		if out, ok := cli.Run("plan", "-detailed-exitcode", "-no-color"); !ok {
			t.Errorf("at %s the plan is not empty: %s", test.now, out)
		}
		if api.Posts() != exports {
			t.Errorf("at %s %d exports were made, want %d", test.now, api.Posts(), exports)
		}
	}
	// Some time after it has expired the API forgets an export.
	for token := range api.Exports() {
		api.Forget(token)
	}
	if out, ok := cli.Run("plan", "-detailed-exitcode", "-refresh=false", "-no-color"); !ok {
		t.Errorf("without a refresh the plan is not empty: %s", out)
	}
	cli.MustRun("apply", "-auto-approve", "-no-color")
	if api.Posts() != exports+1 {
		t.Errorf("%d exports were made, want one more than %d", api.Posts(), exports)
	}
}

func lastPost(api *acctest.API) string {
	last := ""
	for _, r := range api.Requests() {
		if r.Method == "POST" {
			last = r.Body
		}
	}
	return last
}

// Without a time it goes by the plan's.
func TestMonthlyNow(t *testing.T) {
	t.Parallel()
	functions.SkipUnlessMet(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0", SignOnce: true})
	cli := acctest.NewCLIFrom(t, api, "examples/monthly")
	cli.Setenv("TF_VAR_cost_report_token", "rprt_1")
	before := time.Now().UTC()
	cli.MustRun("apply", "-auto-approve", "-no-color")
	if time.Now().UTC().Month() != before.Month() {
		t.Skip("the month has turned meanwhile")
	}
	first := time.Date(before.Year(), before.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	want := fmt.Sprintf(`"start_date":%q,"end_date":%q`,
		first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly))
	if asked := lastPost(api); !strings.Contains(asked, want) {
		t.Errorf("it asked with %s, want %s", asked, want)
	}
}
