# The export is stored without its pre-signed URLs. Its files are downloaded once.
resource "vantage_unit_cost_export" "march" {
  cost_report_token = "rprt_ea7dbb4f5783d677"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  store_file_urls   = false
}

resource "vantage_data_export_download" "march" {
  token     = vantage_unit_cost_export.march.token
  directory = "exports/2025-03"
}

# Runs once per export. Replace wc with the command that uploads a file.
resource "terraform_data" "upload" {
  triggers_replace = [vantage_data_export_download.march.token]

  provisioner "local-exec" {
    command = <<-EOT
      set -eu
      printf %s "$FILES" | while IFS= read -r file; do
        wc -l "$file"
      done
    EOT

    environment = {
      FILES = join("", [for file in vantage_data_export_download.march.files : "${file.path}\n"])
    }
  }
}
