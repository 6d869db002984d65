# Each plan creates another export.
data "vantage_kubernetes_efficiency_export" "now" {
  groupings = ["cluster_id", "namespace"]
}

resource "terraform_data" "file_count" {
  input = length(data.vantage_kubernetes_efficiency_export.now.manifest.files)
}
