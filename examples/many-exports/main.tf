# Many exports at once. The resources only ask for them, so that all run at the server side by side;
# the data sources wait. A wait that times out leaves nothing tainted: apply again, and it goes on.

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

provider "vantage" {}

variable "cost_report_tokens" {
  description = "Tokens of the cost reports, by the names they are to have here."
  type        = map(string)
}

resource "vantage_unit_cost_export" "report" {
  for_each = var.cost_report_tokens

  cost_report_token   = each.value
  date_bin            = "day"
  wait_for_completion = false
  renew_before_expiry = "1h" # or the data sources could not read them any more, a day later
}

data "vantage_data_export" "report" {
  for_each = vantage_unit_cost_export.report

  token = each.value.token

  timeouts {
    read = "1h"
  }
}

output "completed_at" {
  value = { for name, export in data.vantage_data_export.report : name => export.manifest.completed_at }
}

output "files" {
  value     = { for name, export in data.vantage_data_export.report : name => export.manifest.files }
  sensitive = true
}
