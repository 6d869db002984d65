# Uploads the latest unit costs to an Azure storage container, and again with each new export.
#
#   terraform apply -var cost_report_token=rprt_... -var storage_container_id=...

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }

    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.77"
    }
  }
}

provider "vantage" {}

# The subscription and the credentials come from the environment.
provider "azurerm" {
  features {}
}

variable "cost_report_token" {
  description = "Token of the cost report, such as rprt_ea7dbb4f5783d677."
  type        = string
}

variable "storage_container_id" {
  description = "Resource Manager ID of an existing storage container."
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

resource "azurerm_storage_blob" "latest" {
  storage_container_id = var.storage_container_id
  name                 = "unit-costs/latest.csv"
  type                 = "Block"
  source               = local.file.path

  lifecycle {
    precondition {
      condition     = length(vantage_data_export_download.latest.files) == 1
      error_message = "The export has ${length(vantage_data_export_download.latest.files)} files instead of one."
    }
  }
}
