# The export is kept without its pre-signed URLs; its files are downloaded once for each export.
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

# What uploads the files takes their paths, and is replaced with the export.
resource "terraform_data" "upload" {
  triggers_replace = [vantage_data_export_download.march.token]

  provisioner "local-exec" {
    command     = "for file in $FILES; do wc -l \"$file\"; done"
    environment = { FILES = join(" ", vantage_data_export_download.march.files[*].path) }
  }
}
