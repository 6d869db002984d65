data "vantage_unit_cost_export" "this" {
  cost_report_token = "rprt_1"
  workspace_token   = "wrkspc_1"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  date_bin          = "quarter"

  timeouts {
    read = "2m"
  }
}
