# Requires Terraform 1.14 or later. Creates an export and downloads its files, without applying anything else:
#
#   terraform apply -invoke=action.vantage_kubernetes_efficiency_export.monthly
action "vantage_kubernetes_efficiency_export" "monthly" {
  config {
    start_date = "2025-03-01"
    end_date   = "2025-03-31"
    groupings  = ["cluster_id", "namespace"]
    directory  = "exports/2025-03"
  }
}

# Invokes the action when a value changes, here the month.
resource "terraform_data" "month" {
  input = "2025-03"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.vantage_kubernetes_efficiency_export.monthly]
    }
  }
}
