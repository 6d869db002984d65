# Makes an export of a cost report's unit costs, waits for it, and shows where its files are.
#
#   export VANTAGE_API_TOKEN=...   # an API token of Vantage with the read scope
#   terraform init
#   terraform apply -var cost_report_token=rprt_...

terraform {
  required_version = ">= 1.5.0" # OpenTofu from 1.6 on is fine too

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

variable "start_date" {
  description = "First day to export, such as 2025-03-01. Default: the cost report's own."
  type        = string
  default     = null
}

variable "end_date" {
  description = "Last day to export. Default: the cost report's own."
  type        = string
  default     = null
}

# The API token comes from VANTAGE_API_TOKEN.
provider "vantage" {}

resource "vantage_unit_cost_export" "this" {
  cost_report_token = var.cost_report_token
  start_date        = var.start_date
  end_date          = var.end_date

  # The URLs of the files work for a day at most. A plan that finds less than this left makes the next export.
  renew_before_expiry = "1h"
}

output "token" {
  value = vantage_unit_cost_export.this.token
}

output "status" {
  value = vantage_unit_cost_export.this.status
}

output "completed_at" {
  value = vantage_unit_cost_export.this.manifest.completed_at
}

output "valid_until" {
  value = vantage_unit_cost_export.this.manifest.valid_until
}

# With one of these pre-signed URLs anybody can read its file until valid_until:
#
#   terraform output -json files
output "files" {
  value     = vantage_unit_cost_export.this.manifest.files
  sensitive = true
}
