# Each plan creates another export.
data "vantage_cost_export" "now" {
  filter    = "costs.provider = 'aws'"
  groupings = ["service", "tag:team"]
}

resource "terraform_data" "file_count" {
  input = length(data.vantage_cost_export.now.manifest.files)
}
