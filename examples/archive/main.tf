# Downloads the unit costs of each month since a start month, and keeps the files. Run it on a schedule, such as daily.
#
#   terraform apply -var cost_report_token=rprt_... -var start=2025-01
#
# A month is exported once, some days after its end. Later runs send no request for it.
# To export a month again, because its download failed or costs were added:
#
#   terraform apply -replace='vantage_unit_cost_export.month["2025-03"]' -var ...
#
# A later start or a longer delay removes months from the state. Their files stay on disk.

terraform {
  required_version = ">= 1.5.0" # or OpenTofu 1.6

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

variable "cost_report_token" {
  description = "Token of the cost report, such as rprt_ea7dbb4f5783d677."
  type        = string
}

variable "start" {
  description = "First month, such as 2025-01."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{4}-(0[1-9]|1[0-2])$", var.start))
    error_message = "The month must look like 2025-01."
  }
}

variable "delay_days" {
  description = "Days from the end of a month until it is exported, because costs can be added late."
  type        = number
  default     = 5
}

variable "now" {
  description = "Time that decides which months have ended, such as 2025-04-06T06:00:00Z. Defaults to the time of the plan."
  type        = string
  default     = null
}

locals {
  # With timestamp(), which is unknown in the plan, the months would be unknown as well.
  end = split("-", formatdate("YYYY-MM", timeadd(coalesce(var.now, plantimestamp()), "-${24 * var.delay_days}h")))

  # Months as numbers: year * 12 + month - 1. The last one has not ended.
  first = split("-", var.start)[0] * 12 + split("-", var.start)[1] - 1
  last  = max(local.first, local.end[0] * 12 + local.end[1] - 1)

  # The first day of each month.
  days = [for n in range(local.first, local.last + 1) : format("%d-%02d-01T00:00:00Z", floor(n / 12), n % 12 + 1)]

  months = { for n in range(local.last - local.first) : substr(local.days[n], 0, 7) => {
    start_date = substr(local.days[n], 0, 10)
    end_date   = formatdate("YYYY-MM-DD", timeadd(local.days[n + 1], "-24h"))
  } }
}

resource "vantage_unit_cost_export" "month" {
  for_each = local.months

  cost_report_token = var.cost_report_token
  start_date        = each.value.start_date
  end_date          = each.value.end_date
  store_file_urls   = false
}

# Destroying a download keeps its files.
resource "vantage_data_export_download" "month" {
  for_each = vantage_unit_cost_export.month

  token     = each.value.token
  directory = "exports/${each.key}"
}

output "files" {
  description = "Downloaded files by month."
  value       = { for month, download in vantage_data_export_download.month : month => download.files }
}
