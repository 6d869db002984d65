# Uploads the latest unit costs to an S3 bucket, and again with each new export.
#
#   terraform apply -var cost_report_token=rprt_... -var bucket=...

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }

    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "vantage" {}

# The region and the credentials come from the environment.
provider "aws" {}

variable "cost_report_token" {
  description = "Token of the cost report, such as rprt_ea7dbb4f5783d677."
  type        = string
}

variable "bucket" {
  description = "Name of an existing S3 bucket."
  type        = string
}

resource "vantage_unit_cost_export" "latest" {
  cost_report_token   = var.cost_report_token
  store_file_urls     = false
  renew_before_expiry = "1h"
}

# One directory per export. The files of earlier exports stay on disk.
resource "vantage_data_export_download" "latest" {
  token     = vantage_unit_cost_export.latest.token
  directory = "exports/${vantage_unit_cost_export.latest.token}"
}

locals {
  # Unknown in the plan. An empty export has no file: the precondition rejects it, and a destroy works.
  file = try(vantage_data_export_download.latest.files[0], { path = "", sha256 = "" })
}

resource "aws_s3_object" "latest" {
  bucket      = var.bucket
  key         = "unit-costs/latest.csv"
  source      = local.file.path
  source_hash = local.file.sha256

  lifecycle {
    precondition {
      condition     = length(vantage_data_export_download.latest.files) == 1
      error_message = "The export has ${length(vantage_data_export_download.latest.files)} files instead of one."
    }
  }
}
