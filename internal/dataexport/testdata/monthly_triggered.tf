action "vantage_unit_cost_export" "monthly" {
  config {
    cost_report_token = "rprt_1"
    directory         = "exports/${terraform_data.month.output}" # known only after the apply of what triggers it
  }
}

resource "terraform_data" "month" {
  input = "april"

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vantage_unit_cost_export.monthly]
    }
  }
}
