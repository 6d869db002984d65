# Uses the module beside it: one export for each report, and what a downstream job needs to know of them.

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
  description = "Tokens of the cost reports."
  type        = set(string)
}

variable "month" {
  description = "Month to export, such as 2025-03."
  type        = string
}

module "reports" {
  source = "./modules/reports"

  cost_report_tokens = var.cost_report_tokens
  month              = var.month
}

# How many files there are, and until when, may be seen: nonsensitive says so. The URLs may not.
output "file_counts" {
  value = { for report in var.cost_report_tokens : report => nonsensitive(length(module.reports.manifests[report].files)) }
}

output "valid_until" {
  value = { for report in var.cost_report_tokens : report => nonsensitive(module.reports.manifests[report].valid_until) }
}

output "files" {
  value     = flatten([for manifest in module.reports.manifests : manifest.files])
  sensitive = true
}
