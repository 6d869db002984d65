# A module that exports and downloads the unit costs of a report. Its test is tests/module.tftest.hcl.

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
  description = "Token of the business metric of the report."
  type        = string
}

resource "vantage_unit_cost_export" "this" {
  cost_report_token = var.cost_report_token
}

resource "vantage_data_export_download" "this" {
  token     = vantage_unit_cost_export.this.token
  directory = "exports"
}

data "vantage_unit_costs" "this" {
  cost_report_token     = var.cost_report_token
  business_metric_token = var.business_metric_token
  calculation_type      = "unit_cost"
}

output "valid_until" {
  value = vantage_unit_cost_export.this.manifest.valid_until
}

output "checksums" {
  value = { for file in vantage_data_export_download.this.files : file.name => file.sha256 }
}

output "latest_unit_cost" {
  value = try(reverse(data.vantage_unit_costs.this.unit_costs)[0].unit_cost_amount, null)
}
