# The costs of one report for March, with the columns of FOCUS. The apply ends when the files are there.
resource "vantage_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  schema            = "focus"

  # The URLs of the files work for a day at most. A plan that finds less than this left makes the next export.
  renew_before_expiry = "1h"
}

# Or the costs that a query selects, grouped, and without what is not of interest. Its URLs are not kept in the state.
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

# With one of these pre-signed URLs anybody can read the file until it expires. They stay the same until then.
output "march_files" {
  value     = vantage_cost_export.march.manifest.files
  sensitive = true
}
