# Downloads a file without its address ever being in the state or a plan file. Needs Terraform 1.10 or OpenTofu 1.11.
#
#   terraform apply -refresh=false -var cost_report_token=rprt_... -var run=2025-03-01
#
# With -refresh=false, because a refresh fills in the manifest of an export that has been completed meanwhile.

terraform {
  required_version = ">= 1.10.0"

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
  description = "Anything that is new for each run that is to export anew, such as the date."
  type        = string
}

variable "directory" {
  description = "Where the file goes."
  type        = string
  default     = "."
}

# Not waited for, so that the state has its token and no address.
resource "vantage_unit_cost_export" "this" {
  cost_report_token   = var.cost_report_token
  wait_for_completion = false
  triggers            = { run = var.run }
}

# Waits, and makes no export.
ephemeral "vantage_data_export" "this" {
  token = vantage_unit_cost_export.this.token
}

# Once for each export. Terraform keeps no ephemeral value, and shows none of what this command prints.
resource "terraform_data" "download" {
  triggers_replace = [vantage_unit_cost_export.this.token]

  provisioner "local-exec" {
    command = "curl --fail --silent --show-error --output \"$DIRECTORY/unit_costs.csv\" \"$ADDRESS\""

    environment = {
      ADDRESS   = ephemeral.vantage_data_export.this.manifest.files[0]
      DIRECTORY = var.directory
    }
  }
}
