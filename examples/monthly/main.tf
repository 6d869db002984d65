# Last month's unit costs, every month: run it by a schedule, monthly or more often. The dates change when the month does,
# and so does the export; the runs in between have nothing to do.
#
#   terraform apply -refresh=false -var cost_report_token=rprt_...
#
# With a refresh, a run in between would find that the API has forgotten the export, which expires after about a day, and
# would make it again.

terraform {
  required_version = ">= 1.8.0" # for functions of a provider; OpenTofu from 1.7 on

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

variable "cost_report_token" {
  description = "Token of the cost report, such as rprt_ea7dbb4f5783d677."
  type        = string
}

variable "now" {
  description = "The time to go by, such as 2025-03-31T06:00:00Z: to export an earlier month, or for a test. Default: that of the plan."
  type        = string
  default     = null
}

provider "vantage" {}

locals {
  # Not timestamp(): that is known only in the apply, and would ask for a new export in each.
  month = provider::vantage::month(coalesce(var.now, plantimestamp()), -1)
}

resource "vantage_unit_cost_export" "last_month" {
  cost_report_token = var.cost_report_token
  start_date        = local.month.start_date
  end_date          = local.month.end_date
}

output "month" {
  value = local.month.name
}

output "files" {
  value     = vantage_unit_cost_export.last_month.manifest.files
  sensitive = true
}
