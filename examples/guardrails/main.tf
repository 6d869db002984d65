# Warns if the latest unit cost, such as the cost of a customer, exceeds one limit, and stops the plan above another limit.
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
  description = "Token of the business metric that costs are divided by."
  type        = string
}

variable "warn_above" {
  description = "Unit cost above which the plan warns."
  type        = number
}

variable "stop_above" {
  description = "Unit cost above which the plan fails."
  type        = number
}

variable "release" {
  description = "Release to roll out."
  type        = string
}

provider "vantage" {}

# The rows of the last 7 days. Other rows of the metric, such as gross margins, are not unit costs.
data "vantage_unit_costs" "recent" {
  cost_report_token     = var.cost_report_token
  business_metric_token = var.business_metric_token
  calculation_type      = "unit_cost"
  start_date            = formatdate("YYYY-MM-DD", timeadd(plantimestamp(), "-168h"))
  date_bin              = "day"
}

locals {
  # Ascending by date. The amount of a day without units is null.
  measured = [for row in data.vantage_unit_costs.recent.unit_costs : row if row.unit_cost_amount != null]
  latest   = try(local.measured[length(local.measured) - 1], null)

  finding = (local.latest == null ? "The last 7 days have no unit cost." :
  "The unit cost of ${local.latest.date} is ${local.latest.unit_cost_amount}.")
}

# A warning: the apply continues. Without a number the condition is false, because a missing value must not pass the check.
check "unit_cost" {
  assert {
    condition     = try(local.latest.unit_cost_amount <= var.warn_above, false)
    error_message = "${local.finding} The warning limit is ${var.warn_above}."
  }
}

# Replace this resource with what must not be rolled out above the limit.
resource "terraform_data" "rollout" {
  input = var.release

  lifecycle {
    # An error: the plan fails.
    precondition {
      condition     = try(local.latest.unit_cost_amount <= var.stop_above, false)
      error_message = "${local.finding} The limit for a rollout is ${var.stop_above}."
    }
  }
}

output "finding" {
  value = local.finding
}
