# Calls the module in modules/reports: one export for each report, with outputs for a downstream job.

terraform {
  required_version = ">= 1.8.0" # the module calls a provider function; OpenTofu 1.7

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

# The number of files and their expiry are not sensitive. The URLs are.
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
