# Downloads the files without their addresses ever being in the state or a plan file. Needs Terraform 1.10 or OpenTofu 1.11.

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

variable "directory" {
  description = "Where the file goes."
  type        = string
  default     = "."
}

# Not waited for, so that the state has the token and no address. Where a later refresh finds the export completed, though, it
# fills in the manifest: ignore nothing and expose nothing, or take the export out of this configuration when it is fetched.
resource "vantage_unit_cost_export" "this" {
  cost_report_token   = var.cost_report_token
  wait_for_completion = false
  renew_before_expiry = "1h"
}

# Waits, and makes no export.
ephemeral "vantage_unit_cost_export" "this" {
  token = vantage_unit_cost_export.this.token
}

# Once for each export. Terraform keeps no ephemeral value, and shows none of what this command prints.
resource "terraform_data" "download" {
  triggers_replace = [vantage_unit_cost_export.this.token]

  provisioner "local-exec" {
    command = "curl --fail --silent --show-error --output \"$DIRECTORY/unit_costs.csv\" \"$ADDRESS\""

    environment = {
      ADDRESS   = ephemeral.vantage_unit_cost_export.this.manifest.files[0]
      DIRECTORY = var.directory
    }
  }
}
