# Warns when the latest cost of a unit, such as a customer, is above one limit, and stops when it is above another.
#
#   export VANTAGE_API_TOKEN=...
#   terraform init
#   terraform apply -var cost_report_token=rprt_... -var business_metric_token=bsnss_mtrc_... \
#     -var warn_above=0.8 -var stop_above=1 -var release=v42

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

variable "cost_report_token" {
  description = "Token of the cost report."
  type        = string
}

variable "business_metric_token" {
  description = "Token of the business metric that the costs are divided by."
  type        = string
}

variable "warn_above" {
  description = "Cost of a unit above which there is a warning."
  type        = number
}

variable "stop_above" {
  description = "Cost of a unit above which nothing is rolled out."
  type        = number
}

variable "release" {
  description = "What is rolled out."
  type        = string
}

provider "vantage" {}

# The last 7 days: few rows, for they all go to the state.
data "vantage_unit_costs" "recent" {
  cost_report_token     = var.cost_report_token
  business_metric_token = var.business_metric_token
  start_date            = formatdate("YYYY-MM-DD", timeadd(plantimestamp(), "-168h"))
  date_bin              = "day"
}

locals {
  # Ascending by date. A row can lack its number, as when the day had no units to divide by.
  measured = [for row in data.vantage_unit_costs.recent.unit_costs : row if row.unit_cost_amount != null]
  latest   = try(local.measured[length(local.measured) - 1], null)

  finding = (local.latest == null ? "There is no unit cost of the last 7 days to go by." :
  "A unit costs ${local.latest.unit_cost_amount} on ${local.latest.date}.")
}

# A warning: the apply goes on. Where there is no number the conditions are false, for that must not pass for a good one.
check "unit_cost" {
  assert {
    condition     = try(local.latest.unit_cost_amount <= var.warn_above, false)
    error_message = "${local.finding} It should be ${var.warn_above} at most."
  }
}

# In the place of whatever must not be rolled out then.
resource "terraform_data" "rollout" {
  input = var.release

  lifecycle {
    # An error: the plan ends here.
    precondition {
      condition     = try(local.latest.unit_cost_amount <= var.stop_above, false)
      error_message = "${local.finding} Nothing is rolled out above ${var.stop_above}."
    }
  }
}

output "finding" {
  value = local.finding
}
