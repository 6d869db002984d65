# The efficiency of each namespace in March, a row for each week. The apply ends when the files are there.
resource "vantage_kubernetes_efficiency_export" "march" {
  start_date = "2025-03-01"
  end_date   = "2025-03-31"
  date_bin   = "week"
  groupings  = ["cluster_id", "namespace"]

  # The URLs of the files work for a day at most. A plan that finds less than this left makes the next export.
  renew_before_expiry = "1h"
}

# With one of these pre-signed URLs anybody can read the file until it expires. They stay the same until then.
output "march_files" {
  value     = vantage_kubernetes_efficiency_export.march.manifest.files
  sensitive = true
}
