# Runs a command for the files of each export, once per export.
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
  cost_report_token   = var.cost_report_token
  store_file_urls     = false
  renew_before_expiry = "1h"
}

# One directory per export, so that *.csv never matches files of two exports.
resource "vantage_data_export_download" "latest" {
  token     = vantage_unit_cost_export.latest.token
  directory = "exports/${vantage_unit_cost_export.latest.token}"
}

# One resource for all files: their number is unknown in the plan, so for_each cannot iterate over them.
resource "terraform_data" "load" {
  triggers_replace = [vantage_data_export_download.latest.token]

  provisioner "local-exec" {
    # Replace wc with the command that loads a file. If it fails, the apply fails, and the next apply runs all again.
    command = <<-EOT
      set -eu
      printf %s "$FILES" | while IFS= read -r file; do
        wc -l "$file" </dev/null # or the command would read the list
      done
    EOT

    environment = {
      FILES = join("", [for file in vantage_data_export_download.latest.files : "${file.path}\n"])
    }
  }
}

output "paths" {
  value = vantage_data_export_download.latest.files[*].path
}
