# Requires Terraform 1.14 or later. Creates an export and downloads its files, without applying anything else:
#
#   terraform apply -invoke=action.vantage_unit_cost_export.monthly
action "vantage_unit_cost_export" "monthly" {
  config {
    cost_report_token = "rprt_ea7dbb4f5783d677"
    start_date        = "2025-03-01"
    end_date          = "2025-03-31"
    directory         = "exports/2025-03"

    timeouts {
      invoke = "1h"
    }
  }
}

# Invokes the action when a value changes, here the month.
resource "terraform_data" "month" {
  input = "2025-03"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.vantage_unit_cost_export.monthly]
    }
  }
}
