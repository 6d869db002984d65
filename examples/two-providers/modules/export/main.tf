terraform {
  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

variable "cost_report_token" {
  type = string
}

resource "vantage_unit_cost_export" "this" {
  cost_report_token = var.cost_report_token
}
