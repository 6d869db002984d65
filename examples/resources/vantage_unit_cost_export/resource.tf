# The unit costs of one report for March, a row for each day. The apply ends when the files are there.
resource "vantage_unit_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  date_bin          = "day"

  # The URLs of the files work for a day at most. A plan that finds less than this left makes the next export.
  renew_before_expiry = "1h"
}

# With one of these pre-signed URLs anybody can read the file until it expires. They stay the same until then.
output "march_files" {
  value     = vantage_unit_cost_export.march.manifest.files
  sensitive = true
}

output "march_completed_at" {
  value = vantage_unit_cost_export.march.manifest.completed_at
}
