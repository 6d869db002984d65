# The apply waits, and the state gets no URL.
resource "vantage_unit_cost_export" "this" {
  cost_report_token   = "rprt_ea7dbb4f5783d677"
  store_file_urls     = false
  renew_before_expiry = "1h" # an expired export could not be opened
}

ephemeral "vantage_data_export" "this" {
  token = vantage_unit_cost_export.this.token
}

# Ephemeral values go where nothing is kept: a provisioner, another provider's configuration, a write-only argument.
resource "terraform_data" "download" {
  triggers_replace = [vantage_unit_cost_export.this.token]

  provisioner "local-exec" {
    # To curl by standard input, because everybody on the machine can see a command line. An empty export has no files.
    command = "umask 077 && if [ -n \"$FILES\" ]; then printf %s \"$FILES\" | curl --config - --fail --fail-early --silent --show-error; fi"

    environment = {
      FILES = join("", [
        for number, url in ephemeral.vantage_data_export.this.manifest.files : "url = \"${url}\"\noutput = \"${number}.csv\"\n"
      ])
    }
  }
}
