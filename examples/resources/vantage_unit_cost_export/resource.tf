# The daily unit costs of a report for March. The apply waits until the export completes.
resource "vantage_unit_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  date_bin          = "day"

  # The URLs expire within a day. From an hour before the expiry, a plan replaces the export.
  renew_before_expiry = "1h"
}

# Anyone with a pre-signed URL can download the file until the URL expires. The URLs do not change until then.
output "march_files" {
  value     = vantage_unit_cost_export.march.manifest.files
  sensitive = true
}
