# The weekly efficiency of each namespace in March. The apply waits until the export completes.
resource "vantage_kubernetes_efficiency_export" "march" {
  start_date = "2025-03-01"
  end_date   = "2025-03-31"
  date_bin   = "week"
  groupings  = ["cluster_id", "namespace"]

  # The URLs expire within a day. From an hour before the expiry, a plan replaces the export.
  renew_before_expiry = "1h"
}

# Anyone with a pre-signed URL can download the file until the URL expires. The URLs do not change until then.
output "march_files" {
  value     = vantage_kubernetes_efficiency_export.march.manifest.files
  sensitive = true
}
