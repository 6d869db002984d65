# Uses this provider next to the vendor's provider, which has the local name "vantage".

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage-exports = {
      source = "terraform.local/finops/vantage"
    }
  }
}

variable "read_token" {
  description = "API token with only the read scope."
  type        = string
  sensitive   = true
}

variable "cost_report_token" {
  description = "Token of the cost report, such as rprt_ea7dbb4f5783d677."
  type        = string
}

provider "vantage-exports" {
  api_token = var.read_token
}

# Inherits the provider by its source address, although its local name differs there.
module "export" {
  source = "./modules/export"

  cost_report_token = var.cost_report_token
}

# Uses the same local name, so that the provider can also be passed explicitly.
module "named" {
  source = "./modules/named"

  providers = {
    vantage-exports = vantage-exports
  }

  cost_report_token = var.cost_report_token
}
