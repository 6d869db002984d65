# Takes a list of cost reports and gives a map of manifests, by the tokens of the reports.

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

variable "cost_report_tokens" {
  description = "Tokens of the cost reports."
  type        = set(string)
}

variable "month" {
  description = "Month to export, such as 2025-03."
  type        = string

  validation {
    condition     = can(formatdate("YYYY", "${var.month}-01T00:00:00Z"))
    error_message = "The month must look like 2025-03."
  }
}

locals {
  first_day  = "${var.month}-01"
  next_month = formatdate("YYYY-MM", timeadd("${local.first_day}T00:00:00Z", "744h")) # 31 days on
  last_day   = formatdate("YYYY-MM-DD", timeadd("${local.next_month}-01T00:00:00Z", "-24h"))
}

resource "vantage_unit_cost_export" "this" {
  for_each = var.cost_report_tokens

  cost_report_token = each.value
  start_date        = local.first_day
  end_date          = local.last_day

  renew_before_expiry = "1h"
}

# Sensitive as a whole, for the files in it are.
output "manifests" {
  description = "The manifest of each export, by the token of its cost report."
  value       = { for report, export in vantage_unit_cost_export.this : report => export.manifest }
  sensitive   = true
}
