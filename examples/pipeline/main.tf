# A daily job that makes an export, and hands its files on by an output.
#
#   terraform apply -var cost_report_token=rprt_... -var run=2025-04-01

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

variable "run" {
  description = "New for each run that is to export anew, such as the date."
  type        = string
}

resource "vantage_unit_cost_export" "daily" {
  cost_report_token = var.cost_report_token
  triggers          = { run = var.run }

  renew_before_expiry = "1h" # for a run of the same day that comes when the URLs do not work any more

  timeouts {
    create = "45m"
  }
}

output "files" {
  value     = vantage_unit_cost_export.daily.manifest.files
  sensitive = true
}
