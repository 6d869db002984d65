action "vantage_unit_cost_export" "monthly" {
  config {
    cost_report_token = "rprt_1"
    directory         = "exports/march"
  }
}
