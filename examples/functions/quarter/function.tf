# The dates of the quarter that a fixed day lies in, and of the one a year before.
output "quarter" {
  value = provider::vantage::quarter("2025-02-14T00:00:00Z", 0)
}

output "a_year_before" {
  value = provider::vantage::quarter("2025-02-14T00:00:00Z", -4)
}
