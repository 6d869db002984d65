# All three export types for one month: unit costs, costs in FOCUS, and Kubernetes efficiency.
#
#   terraform apply -var cost_report_token=rprt_... -var start_date=2025-03-01 -var end_date=2025-03-31

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

variable "start_date" {
  description = "First day of the month, such as 2025-03-01."
  type        = string
}

variable "end_date" {
  description = "Last day of the month, such as 2025-03-31."
  type        = string
}

resource "vantage_unit_cost_export" "month" {
  cost_report_token   = var.cost_report_token
  start_date          = var.start_date
  end_date            = var.end_date
  renew_before_expiry = "1h"
}

resource "vantage_cost_export" "month" {
  cost_report_token   = var.cost_report_token
  start_date          = var.start_date
  end_date            = var.end_date
  schema              = "focus"
  renew_before_expiry = "1h"
}

resource "vantage_kubernetes_efficiency_export" "month" {
  start_date          = var.start_date
  end_date            = var.end_date
  groupings           = ["cluster_id", "namespace"]
  renew_before_expiry = "1h"
}

output "files" {
  value = {
    unit_costs            = vantage_unit_cost_export.month.manifest.files
    costs                 = vantage_cost_export.month.manifest.files
    kubernetes_efficiency = vantage_kubernetes_efficiency_export.month.manifest.files
  }
  sensitive = true
}
