data "vantage_kubernetes_efficiency_export" "now" {
  groupings = ["cluster_id", "namespace"]
}

resource "terraform_data" "files" {
  input = length(data.vantage_kubernetes_efficiency_export.now.manifest.files)
}
