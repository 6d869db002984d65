# Requires Terraform 1.14 or later. The state keeps the export without its pre-signed URLs. The files are downloaded each
# time that the export is created or replaced.
resource "vantage_unit_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  store_file_urls   = false

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vantage_data_export_download.march]
    }
  }
}

action "vantage_data_export_download" "march" {
  config {
    # From Terraform 1.16 on: caller.token, which -invoke requires
    token     = vantage_unit_cost_export.march.token
    directory = "exports/2025-03"
  }
}
