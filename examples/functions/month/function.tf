# The dates of last month. They change once a month, and plans in between are empty.
locals {
  last_month = provider::vantage::month(plantimestamp(), -1)
}

resource "vantage_unit_cost_export" "last_month" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = local.last_month.start_date
  end_date          = local.last_month.end_date
}

output "last_month" {
  value = local.last_month.name
}

output "end_of_february" {
  value = provider::vantage::month("2025-02").end_date # 2025-02-28
}
