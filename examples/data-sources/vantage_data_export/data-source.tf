# The resource returns as soon as the API accepts the request. The data source waits for completion.
resource "vantage_unit_cost_export" "march" {
  cost_report_token   = "rprt_ea7dbb4f5783d677"
  start_date          = "2025-03-01"
  end_date            = "2025-03-31"
  wait_for_completion = false
  renew_before_expiry = "1h" # URLs of an expired export do not work
}

# Creates no export. The token can also come from another configuration.
data "vantage_data_export" "march" {
  token = vantage_unit_cost_export.march.token
}

# This output does not change between plans. An output of the files would: the API can sign new URLs at each read.
output "march_completed_at" {
  value = data.vantage_data_export.march.manifest.completed_at
}
