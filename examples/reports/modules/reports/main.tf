# Exports a month of each cost report and returns the manifests by the tokens of the reports.

terraform {
  required_version = ">= 1.8.0" # for provider functions; OpenTofu 1.7

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
    condition     = can(regex("^[0-9]{4}-[0-9]{2}$", var.month))
    error_message = "The month must look like 2025-03."
  }
}

locals {
  month = provider::vantage::month(var.month)
}

resource "vantage_unit_cost_export" "this" {
  for_each = var.cost_report_tokens

  cost_report_token = each.value
  start_date        = local.month.start_date
  end_date          = local.month.end_date

  renew_before_expiry = "1h"
}

# The whole map is sensitive because the URLs are.
output "manifests" {
  description = "The manifest of each export, by the token of its cost report."
  value       = { for report, export in vantage_unit_cost_export.this : report => export.manifest }
  sensitive   = true
}
