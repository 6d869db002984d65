resource "vantage_unit_cost_export" "this" {
  cost_report_token = "rprt_1"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31T23:59:59Z"
  date_bin          = "week"
  triggers          = { month = "March" }
}

output "completed_at" {
  value = vantage_unit_cost_export.this.manifest.completed_at
}

output "date_bin" {
  value = vantage_unit_cost_export.this.attributes.date_bin
}

output "manifest" {
  value     = vantage_unit_cost_export.this.manifest
  sensitive = true
}
