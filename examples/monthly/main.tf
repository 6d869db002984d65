# Exports last month's unit costs once a month. Run it on a schedule, monthly or more often.
#
#   terraform apply -var cost_report_token=rprt_...
#
# The first run of a month creates the export. Later runs change nothing, even if the export has expired.
# To export the month again, because late costs were added or because a load failed on a machine that no longer exists:
#
#   terraform apply -replace=vantage_unit_cost_export.last_month -var cost_report_token=rprt_...

terraform {
  required_version = ">= 1.8.0" # for provider functions; OpenTofu 1.7 or later

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

variable "now" {
  description = "Exports the month before this time, such as 2025-03-31T06:00:00Z. Defaults to the time of the plan."
  type        = string
  default     = null
}

provider "vantage" {}

locals {
  # With timestamp(), which is unknown in the plan, each apply would create an export.
  month = provider::vantage::month(coalesce(var.now, plantimestamp()), -1)
}

resource "vantage_unit_cost_export" "last_month" {
  cost_report_token = var.cost_report_token
  start_date        = local.month.start_date
  end_date          = local.month.end_date
  store_file_urls   = false
}

resource "vantage_data_export_download" "last_month" {
  token     = vantage_unit_cost_export.last_month.token
  directory = "exports/${local.month.name}/${vantage_unit_cost_export.last_month.token}"
}

# Runs once per export. If the command fails, the next apply runs it again.
resource "terraform_data" "load" {
  triggers_replace = [vantage_data_export_download.last_month.token]

  provisioner "local-exec" {
    # Replace wc with the command that loads a file.
    command = <<-EOT
      set -eu
      printf %s "$FILES" | while IFS= read -r file; do
        wc -l "$file" </dev/null # or the command would read the list
      done
    EOT

    environment = {
      FILES = join("", [for file in vantage_data_export_download.last_month.files : "${file.path}\n"])
    }
  }
}

output "month" {
  value = local.month.name
}
