# Asked for by a resource that does not wait, so that many of them run side by side at the server.
resource "vantage_unit_cost_export" "march" {
  cost_report_token   = "rprt_ea7dbb4f5783d677"
  start_date          = "2025-03-01"
  end_date            = "2025-03-31"
  wait_for_completion = false
  renew_before_expiry = "1h" # an expired export would be an error here
}

# Waits for an export that exists, and makes none. The token can also be that of another configuration's export.
data "vantage_data_export" "march" {
  token = vantage_unit_cost_export.march.token
}

# The API can sign the URLs anew at each read, and an output of them would be a change in each plan. This is none.
output "march_completed_at" {
  value = data.vantage_data_export.march.manifest.completed_at
}
