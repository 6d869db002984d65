# Each plan reads the rows. The state contains all of them, so select few: one metric, one month, one row a week.
data "vantage_unit_costs" "march" {
  cost_report_token     = "rprt_ea7dbb4f5783d677"
  business_metric_token = "bsnss_mtrc_3080a050c04104ff"
  calculation_type      = "unit_cost"
  start_date            = "2025-03-01"
  end_date              = "2025-03-31"
  date_bin              = "week"
}

output "cost_per_customer" {
  value = { for row in data.vantage_unit_costs.march.unit_costs : row.date => row.unit_cost_amount }
}
