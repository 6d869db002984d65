# Keeps an export with usable URLs in the state, for a configuration that is applied several times a day.
#
#   terraform apply -var cost_report_token=rprt_...

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

provider "vantage" {}

variable "cost_report_token" {
  description = "Token of the cost report, such as rprt_ea7dbb4f5783d677."
  type        = string
}

resource "vantage_unit_cost_export" "latest" {
  cost_report_token = var.cost_report_token

  # An apply replaces the export if its URLs expire within two hours. URLs are valid for six hours to a day, so
  # apply at least every four hours.
  renew_before_expiry = "2h"

  lifecycle {
    create_before_destroy = true # keeps the old URLs in the state until the new URLs exist
  }
}

output "valid_until" {
  value = vantage_unit_cost_export.latest.manifest.valid_until
}

output "files" {
  value     = vantage_unit_cost_export.latest.manifest.files
  sensitive = true
}
