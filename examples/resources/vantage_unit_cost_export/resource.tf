# The unit costs of one report for March, a row for each day. The apply ends when the files are there.
resource "vantage_unit_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  date_bin          = "day"
}

# Whoever has one of these addresses can read the file until it expires.
output "march_files" {
  value     = vantage_unit_cost_export.march.manifest.files
  sensitive = true
}

output "march_completed_at" {
  value = vantage_unit_cost_export.march.manifest.completed_at
}
