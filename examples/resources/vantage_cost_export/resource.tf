# The costs of a report for March with the FOCUS columns. The apply waits until the export completes.
resource "vantage_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  schema            = "focus"

  # The URLs expire within a day. From an hour before the expiry, a plan replaces the export.
  renew_before_expiry = "1h"
}

# The costs that match a filter, without a report. State does not contain the URLs.
resource "vantage_cost_export" "aws_by_team" {
  filter    = "costs.provider = 'aws'"
  date_bin  = "month"
  groupings = ["service", "tag:team"]

  store_file_urls = false

  settings {
    include_tax = false
    amortize    = true
  }
}

# Anyone with a pre-signed URL can download the file until the URL expires. The URLs do not change until then.
output "march_files" {
  value     = vantage_cost_export.march.manifest.files
  sensitive = true
}
