resource "vantage_unit_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
}

# An export that exists, here the resource's: no other one is made. It is asked for anew in each plan, so that its
# addresses are the latest that the API gives.
data "vantage_unit_cost_export" "march" {
  token = vantage_unit_cost_export.march.token
}

# Whoever has one of these addresses can read the file until it expires.
output "march_files" {
  value     = data.vantage_unit_cost_export.march.manifest.files
  sensitive = true
}

output "march_completed_at" {
  value = data.vantage_unit_cost_export.march.manifest.completed_at
}
