output "completed_at" {
  value = vantage_unit_cost_export.this.manifest.completed_at
}

output "file" {
  value     = vantage_unit_cost_export.this.manifest.files[0]
  sensitive = true
}
