terraform {
  required_providers {
    vantage-exports = {
      source = "terraform.local/finops/vantage"
    }
  }
}

variable "cost_report_token" {
  type = string
}

resource "vantage_unit_cost_export" "this" {
  provider = vantage-exports

  cost_report_token = var.cost_report_token
}
