# Exports the unit costs of a cost report, waits for completion and downloads the files to the directory exports.
#
#   export VANTAGE_API_TOKEN=...   # an API token with the read scope
#   terraform init
#   terraform apply -var cost_report_token=rprt_...

terraform {
  required_version = ">= 1.5.0" # or OpenTofu 1.6

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
  description = "First day to export, such as 2025-03-01. Defaults to the report's."
  type        = string
  default     = null
}

variable "end_date" {
  description = "Last day to export. Defaults to the report's."
  type        = string
  default     = null
}

# The API token is read from VANTAGE_API_TOKEN.
provider "vantage" {}

resource "vantage_unit_cost_export" "this" {
  cost_report_token = var.cost_report_token
  start_date        = var.start_date
  end_date          = var.end_date

  # Anyone with a pre-signed URL can download the file until it expires. The download below needs only the token.
  store_file_urls = false
}

resource "vantage_data_export_download" "this" {
  token     = vantage_unit_cost_export.this.token
  directory = "exports"
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

output "files" {
  description = "Paths of the files."
  value       = vantage_data_export_download.this.files[*].path
}
