# Keeps the unit costs of each month in an Azure storage container, as one blob per month.
#
#   terraform apply -var cost_report_token=rprt_... -var start=2025-01 -var storage_container_id=...

terraform {
  required_version = ">= 1.5.0" # or OpenTofu 1.6

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

variable "start" {
  description = "First month, such as 2025-01."
  type        = string
}

variable "now" {
  description = "Time that decides which months have ended. Defaults to the time of the plan."
  type        = string
  default     = null
}

variable "storage_container_id" {
  description = "Resource Manager ID of an existing storage container."
  type        = string
}

module "archive" {
  source = "../../archive"

  cost_report_token = var.cost_report_token
  start             = var.start
  now               = var.now
}

# The file of a new month is unknown in the plan.
resource "azurerm_storage_blob" "month" {
  for_each = module.archive.files

  storage_container_id = var.storage_container_id
  name                 = "unit-costs/${each.key}.csv"
  type                 = "Block"
  source               = try(each.value[0].path, "")

  lifecycle {
    # A later start would delete blobs. To export an uploaded month again, which replaces its blob, remove this line first.
    prevent_destroy = true

    precondition {
      condition     = length(each.value) == 1
      error_message = "The export of ${each.key} has ${length(each.value)} files instead of one."
    }
  }
}
