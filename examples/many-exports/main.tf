# Creates many exports at once. The resources do not wait, so that all exports run concurrently. The data sources wait for
# completion. A wait that times out taints nothing: the next apply resumes it.
#
#   terraform apply -var 'cost_report_tokens={aws="rprt_...",gcp="rprt_..."}'

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

provider "vantage" {}

variable "cost_report_tokens" {
  description = "Tokens of the cost reports by name."
  type        = map(string)
}

resource "vantage_unit_cost_export" "report" {
  for_each = var.cost_report_tokens

  cost_report_token   = each.value
  date_bin            = "day"
  wait_for_completion = false
  store_file_urls     = false # the data sources read the URLs
  renew_before_expiry = "1h"  # URLs of an expired export do not work

  timeouts {
    create = "2h" # until the API accepts the request, including delays by the rate limit
    read   = "30m"
  }
}

data "vantage_data_export" "report" {
  for_each = vantage_unit_cost_export.report

  token = each.value.token

  timeouts {
    read = "2h"
  }
}

# Runs once per export. Each report has a directory. Add the command that processes the files here.
resource "terraform_data" "download" {
  for_each = vantage_unit_cost_export.report

  triggers_replace = [each.value.token]

  provisioner "local-exec" {
    # The URLs are passed on standard input: other users on this machine can see command lines. An empty export has no files.
    command = <<-EOT
      umask 077
      if [ -n "$FILES" ]; then
        printf %s "$FILES" | curl --config - --create-dirs --fail --fail-early --silent --show-error
      fi
    EOT

    environment = {
      FILES = join("", [
        for number, url in data.vantage_data_export.report[each.key].manifest.files :
        "url = \"${url}\"\noutput = \"exports/${each.key}/${number}.csv\"\n"
      ])
    }
  }
}

# The files of the data sources are not an output: the API can sign new URLs at each read, which would change every plan.
output "completed_at" {
  value = { for name, export in data.vantage_data_export.report : name => export.manifest.completed_at }
}
