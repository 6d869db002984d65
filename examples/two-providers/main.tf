# How this provider is named beside the vendor's own, which would have the local name "vantage".

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage-exports = {
      source = "terraform.local/finops/vantage"
    }
  }
}

variable "read_token" {
  description = "API token with the read scope alone."
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

# Gets the provider by its source, so that it can have another local name there.
module "export" {
  source = "./modules/export"

  cost_report_token = var.cost_report_token
}

# The same name in both: then it can be handed on explicitly too.
module "named" {
  source = "./modules/named"

  providers = {
    vantage-exports = vantage-exports
  }

  cost_report_token = var.cost_report_token
}
