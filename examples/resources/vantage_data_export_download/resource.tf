# The state keeps the export without its pre-signed URLs. The files are downloaded once per export.
resource "vantage_unit_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  store_file_urls   = false
}

# One directory per export: files of a previous export stay where they are.
resource "vantage_data_export_download" "march" {
  token     = vantage_unit_cost_export.march.token
  directory = "exports/${vantage_unit_cost_export.march.token}"
}

# Runs once per download. Replace wc with the command that loads a file.
resource "terraform_data" "load" {
  triggers_replace = [vantage_data_export_download.march.files]

  provisioner "local-exec" {
    command = <<-EOT
      set -eu
      printf %s "$FILES" | while IFS= read -r file; do
        wc -l "$file" </dev/null # or the command would read the list
      done
    EOT

    environment = {
      FILES = join("", [for file in vantage_data_export_download.march.files : "${file.path}\n"])
    }
  }
}
