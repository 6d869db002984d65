# Exports unit costs once a day and downloads the files, for the steps of a pipeline that follow.
#
#   terraform apply -var cost_report_token=rprt_... -var run=1

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

variable "day" {
  description = "Changing this creates an export. Defaults to the date of the plan, such as 2025-04-01."
  type        = string
  default     = null
}

variable "run" {
  description = "ID of the run. Changing this downloads the files again, for runners that do not keep their disk."
  type        = string
  default     = ""
}

resource "vantage_unit_cost_export" "daily" {
  cost_report_token   = var.cost_report_token
  triggers            = { day = coalesce(var.day, formatdate("YYYY-MM-DD", plantimestamp())) }
  store_file_urls     = false
  renew_before_expiry = "1h" # for a second run on the same day

  timeouts {
    create = "45m" # less than the timeout of the job
  }
}

# One directory per export, so that *.csv never matches files of two exports.
resource "vantage_data_export_download" "daily" {
  token     = vantage_unit_cost_export.daily.token
  directory = "exports/${vantage_unit_cost_export.daily.token}"
  triggers  = { run = var.run }
}

output "directory" {
  value = vantage_data_export_download.daily.directory
}
