output "amount" {
  value = tostring(data.vantage_unit_costs.this.unit_costs[0].unit_cost_amount)
}

output "scale" {
  value = tostring(data.vantage_unit_costs.this.unit_costs[1].scale)
}
