# An export that exists, made by another configuration or team: it is waited for, and none is made.
variable "export_token" {
  type = string
}

data "vantage_data_export" "march" {
  token = var.export_token
}

# With one of these pre-signed URLs anybody can read the file until it expires.
output "march_files" {
  value     = data.vantage_data_export.march.manifest.files
  sensitive = true
}
