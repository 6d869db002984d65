# The daily unit costs of a report for March. The apply waits until the export completes.
resource "vantage_unit_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  date_bin          = "day"

  # The URLs expire after at most a day. A plan within an hour of the expiry, or later, replaces the export.
  renew_before_expiry = "1h"
}

# Anyone with one of these pre-signed URLs can download the file until it expires. The URLs do not change until then.
output "march_files" {
  value     = vantage_unit_cost_export.march.manifest.files
  sensitive = true
}
