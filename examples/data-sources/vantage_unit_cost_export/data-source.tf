# Each plan creates another export.
data "vantage_unit_cost_export" "now" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
}

resource "terraform_data" "file_count" {
  input = length(data.vantage_unit_cost_export.now.manifest.files)
}
