package unitcosts_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// dataSource returns the data source of a provider whose client sends its requests to the fake in process.
func dataSource(t *testing.T, fake *fakevantage.Server) *acctest.Protocol {
	t.Helper()
	return acctest.NewProtocolFor(t, fake, "vantage_unit_costs")
}

// amountsOf returns the amounts of the rows that were read.
func amountsOf(t *testing.T, read acctest.State) (amounts []string) {
	t.Helper()
	var rows []tftypes.Value
	members := map[string]tftypes.Value{}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(read.Value.As(&members))
	must(members["unit_costs"].As(&rows))
	for _, row := range rows {
		var amount big.Float
		must(row.As(&members))
		must(members["unit_cost_amount"].As(&amount))
		amounts = append(amounts, amount.String())
	}
	return amounts
}

// row returns a row on 2025-03-01. An empty calculation is null.
func row(metric, calculation, amount string) fakevantage.UnitCost {
	row := fakevantage.NewUnitCost(metric, "2025-03-01", amount)
	if row.CalculationType = &calculation; calculation == "" {
		row.CalculationType = nil
	}
	return row
}

func TestRead_filtersRows(t *testing.T) {
	t.Parallel()
	rows := []fakevantage.UnitCost{
		row("m_1", "unit_cost", "1"), row("m_1", "gross_margin", "2"), row("m_1", "", "3"), row("m_2", "gross_margin", "4"),
	}
	var many []fakevantage.UnitCost
	for i := range 12 {
		many = append(many, row(fmt.Sprintf("m_%02d", i), "unit_cost", "1"))
	}
	for name, test := range map[string]struct {
		rows                []fakevantage.UnitCost
		metric, calculation string
		amounts             string
		warning             string // the attribute and a part of the detail
	}{
		"no filter":       {rows: rows, amounts: "1 2 3 4"},
		"metric":          {rows: rows, metric: "m_1", amounts: "1 2 3"},
		"calculation":     {rows: rows, calculation: "gross_margin", amounts: "2 4"},
		"both":            {rows: rows, metric: "m_1", calculation: "unit_cost", amounts: "1"},
		"no rows, either": {amounts: ""},
		"unknown metric": {
			rows: rows, metric: "m_3", calculation: "unit_cost",
			warning: `business_metric_token: m_1 ("Metric m_1"), m_2 ("Metric m_2")`,
		},
		"one of many metrics": {rows: many, metric: "m", warning: `business_metric_token: "Metric m_09") and 2 more`},
		"no calculation of the metric": {
			rows: rows, metric: "m_2", calculation: "unit_cost", warning: `calculation_type: business_metric_token = "m_2" and calculation_type = "unit_cost" in the date range`,
		},
		"no such calculation": {
			rows: rows, calculation: "usage_unit_cost", warning: "calculation_type: gross_margin, null, unit_cost",
		},
		"metric of a report without rows": {metric: "m_1", warning: "business_metric_token: The date range has no rows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := acctest.NewFake(t, fakevantage.Options{})
			fake.SetUnitCosts(test.rows...)
			arguments := map[string]any{"cost_report_token": "rprt_1"}
			if test.metric != "" {
				arguments["business_metric_token"] = test.metric
			}
			if test.calculation != "" {
				arguments["calculation_type"] = test.calculation
			}
			read := dataSource(t, fake).ReadDataSource(t.Context(), arguments)
			diagnostics := read.Diagnostics
			if got := strings.Join(amountsOf(t, read), " "); got != test.amounts {
				t.Errorf("the amounts are %s, want %s", got, test.amounts)
			}
			argument, part, warns := strings.Cut(test.warning, ": ")
			switch {
			case len(diagnostics) == 0 && !warns:
			case len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning || !warns:
				t.Errorf("diagnostics: %v", diagnostics)
			case diagnostics[0].Attribute.String() != fmt.Sprintf("AttributeName(%q)", argument),
				!strings.Contains(diagnostics[0].Detail, part), len(diagnostics[0].Detail) > 600:
				t.Errorf("%s: %s, want %s", diagnostics[0].Attribute, diagnostics[0].Detail, test.warning)
			}
			if requests := len(fake.Requests()); requests != 1 {
				t.Errorf("%d requests were made", requests)
			}
		})
	}
}
