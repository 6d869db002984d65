# Keeps the unit costs of each month in a Google Cloud Storage bucket, as one object per month.
#
#   terraform apply -var cost_report_token=rprt_... -var start=2025-01 -var bucket=...

terraform {
  required_version = ">= 1.5.0" # or OpenTofu 1.6

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }

    google = {
      source  = "hashicorp/google"
      version = ">= 7.0"
    }
  }
}

provider "vantage" {}

# The project and the credentials come from the environment.
provider "google" {}

variable "cost_report_token" {
  description = "Token of the cost report, such as rprt_ea7dbb4f5783d677."
  type        = string
}

variable "start" {
  description = "First month, such as 2025-01."
  type        = string
}

variable "now" {
  description = "Time that decides which months have ended. Defaults to the time of the plan."
  type        = string
  default     = null
}

variable "bucket" {
  description = "Name of an existing Google Cloud Storage bucket."
  type        = string
}

module "archive" {
  source = "../../archive"

  cost_report_token = var.cost_report_token
  start             = var.start
  now               = var.now
}

# The file of a new month is unknown in the plan.
resource "google_storage_bucket_object" "month" {
  for_each = module.archive.files

  bucket         = var.bucket
  name           = "unit-costs/${each.key}.csv"
  source         = try(each.value[0].path, "")
  source_md5hash = try(each.value[0].sha256, "") # any digest that changes with the file

  lifecycle {
    # A later start would delete objects. To export an uploaded month again, which replaces its object, remove this line first.
    prevent_destroy = true

    precondition {
      condition     = length(each.value) == 1
      error_message = "The export of ${each.key} has ${length(each.value)} files instead of one."
    }
  }
}
