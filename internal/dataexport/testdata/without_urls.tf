resource "vantage_unit_cost_export" "this" {
  cost_report_token = "rprt_1"
  store_file_urls   = false
}

output "manifest" {
  value     = vantage_unit_cost_export.this.manifest
  sensitive = true
}
