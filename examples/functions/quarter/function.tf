output "quarter" {
  value = provider::vantage::quarter("2025-02-14").name # 2025-Q1
}

output "a_year_before" {
  value = provider::vantage::quarter("2025-Q1", -4)
}
