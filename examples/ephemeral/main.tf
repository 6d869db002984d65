# Downloads the files without storing their URLs in state or plan files. Requires Terraform 1.10 or OpenTofu 1.11.
#
#   terraform apply -var cost_report_token=rprt_...

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
  description = "Directory for the files."
  type        = string
  default     = "."
}

# The state contains the token of the export and no URL.
resource "vantage_unit_cost_export" "this" {
  cost_report_token   = var.cost_report_token
  store_file_urls     = false
  renew_before_expiry = "1h" # an expired export cannot be opened
}

# Reads the URLs in every plan and apply, and creates no export.
ephemeral "vantage_data_export" "this" {
  token = vantage_unit_cost_export.this.token
}

# Runs once per export. Terraform hides the output of this command because it uses an ephemeral value.
resource "terraform_data" "download" {
  triggers_replace = [vantage_unit_cost_export.this.token]

  provisioner "local-exec" {
    working_dir = var.directory

    # The URLs are passed on standard input: other users on this machine can see command lines. An empty export has no files.
    command = <<-EOT
      umask 077
      if [ -n "$FILES" ]; then
        printf %s "$FILES" | curl --config - --fail --fail-early --silent --show-error
      fi
    EOT

    environment = {
      FILES = join("", [
        for number, url in ephemeral.vantage_data_export.this.manifest.files : "url = \"${url}\"\noutput = \"${number}.csv\"\n"
      ])
    }
  }
}
