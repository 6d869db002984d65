# The download of this export is in the test, which changes its arguments.
resource "vantage_unit_cost_export" "this" {
  cost_report_token = "rprt_1"
  store_file_urls   = false
}

resource "terraform_data" "upload" {
  input = [for file in vantage_data_export_download.this.files : filesha256(file.path)]

  lifecycle {
    postcondition {
      condition     = jsonencode(self.input) == jsonencode(vantage_data_export_download.this.files[*].sha256)
      error_message = "The digest is another one."
    }
  }
}
