# Downloads the files without their URLs ever being in the state or a plan file. Needs Terraform 1.10 or OpenTofu 1.11.
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
  description = "Where the files go."
  type        = string
  default     = "."
}

# The apply waits for it. The state gets its token, and no URL.
resource "vantage_unit_cost_export" "this" {
  cost_report_token   = var.cost_report_token
  store_file_urls     = false
  renew_before_expiry = "1h" # or the ephemeral resource could not open it any more, a day later
}

# Asks for the URLs in each run, and makes no export.
ephemeral "vantage_data_export" "this" {
  token = vantage_unit_cost_export.this.token
}

# Once for each export. Terraform keeps no ephemeral value, and shows none of what this command prints.
resource "terraform_data" "download" {
  triggers_replace = [vantage_unit_cost_export.this.token]

  provisioner "local-exec" {
    working_dir = var.directory

    # To curl by standard input, because everybody on the machine can see a command line. An empty export has no files.
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
