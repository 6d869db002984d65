# The state contains the token of the export and no URL.
resource "vantage_unit_cost_export" "this" {
  cost_report_token   = "rprt_ea7dbb4f5783d677"
  store_file_urls     = false
  renew_before_expiry = "1h" # an expired export cannot be opened
}

ephemeral "vantage_data_export" "this" {
  token = vantage_unit_cost_export.this.token
}

# Runs once per export.
resource "terraform_data" "download" {
  triggers_replace = [vantage_unit_cost_export.this.token]

  provisioner "local-exec" {
    # The URLs are passed on standard input: other users on this machine can see command lines. An empty export has no files.
    command = <<-EOT
      umask 077
      if [ -n "$FILES" ]; then
        printf %s "$FILES" | curl --config - --fail --fail-early --silent --show-error
      fi
    EOT

    environment = {
      FILES = join("", [
        for number, url in ephemeral.vantage_data_export.this.manifest.files : "url = \"${url}\"\noutput = \"${number}.csv\"\n"
      ])
    }
  }
}
