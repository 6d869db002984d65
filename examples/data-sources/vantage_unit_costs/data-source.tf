# Read anew in each plan. All rows go to the state, so this asks for few: one metric, one month, week by week.
data "vantage_unit_costs" "march" {
  cost_report_token     = "rprt_ea7dbb4f5783d677"
  business_metric_token = "bsnss_mtrc_3080a050c04104ff"
  start_date            = "2025-03-01"
  end_date              = "2025-03-31"
  date_bin              = "week"
}

output "cost_per_customer" {
  value = { for row in data.vantage_unit_costs.march.unit_costs : row.date => row.unit_cost_amount }
}
