# For a pipeline that applies several times a day: the files can be read at any time, and no export is made before it has to be.
# With one apply a day there would be a gap where a run comes late.

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

  # When less than this is left of the time that the URLs work, an apply makes the next export. That is a day at most, and was
  # six hours in a recording: apply at least every four hours then.
  renew_before_expiry = "2h"

  lifecycle {
    create_before_destroy = true # the old URLs go when the new ones are there
  }
}

output "valid_until" {
  value = vantage_unit_cost_export.latest.manifest.valid_until
}

output "files" {
  value     = vantage_unit_cost_export.latest.manifest.files
  sensitive = true
}
