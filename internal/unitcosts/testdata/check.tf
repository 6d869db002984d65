check "unit_cost" {
  data "vantage_unit_costs" "this" {
    cost_report_token = "rprt_1"
  }

  assert {
    condition     = length(data.vantage_unit_costs.this.unit_costs) == 3
    error_message = "Not three."
  }
}
