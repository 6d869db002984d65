# The weekly efficiency of each namespace in March. The apply waits until the export completes.
resource "vantage_kubernetes_efficiency_export" "march" {
  start_date = "2025-03-01"
  end_date   = "2025-03-31"
  date_bin   = "week"
  groupings  = ["cluster_id", "namespace"]

  # The URLs expire after at most a day. A plan within an hour of the expiry, or later, replaces the export.
  renew_before_expiry = "1h"
}

# Anyone with one of these pre-signed URLs can download the file until it expires. The URLs do not change until then.
output "march_files" {
  value     = vantage_kubernetes_efficiency_export.march.manifest.files
  sensitive = true
}
