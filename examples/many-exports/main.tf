# Many exports at once. The resources only ask for them, so that all run at the server side by side;
# the data sources wait. A wait that times out leaves nothing tainted: apply again, and it goes on.

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
  description = "Tokens of the cost reports, by the names they are to have here."
  type        = map(string)
}

resource "vantage_unit_cost_export" "report" {
  for_each = var.cost_report_tokens

  cost_report_token   = each.value
  date_bin            = "day"
  wait_for_completion = false
  store_file_urls     = false # the data sources read them
  renew_before_expiry = "1h"  # or the data sources could not read them any more, a day later

  timeouts {
    create = "2h" # until the API has taken the request: the time in the queue counts
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

# Once for each export: into a directory of its report's name. What is done with the files would come here too.
resource "terraform_data" "download" {
  for_each = vantage_unit_cost_export.report

  triggers_replace = [each.value.token]

  provisioner "local-exec" {
    # To curl by standard input, because everybody on the machine can see a command line. An empty export has no files.
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

# No output of the data sources' files: the API can sign their URLs anew at each read, which would be a change in each plan.
output "completed_at" {
  value = { for name, export in data.vantage_data_export.report : name => export.manifest.completed_at }
}
