variable "most" {
  type = number
}

data "vantage_unit_costs" "this" {
  cost_report_token = "rprt_1"

  lifecycle {
    postcondition {
      condition     = alltrue([for row in self.unit_costs : row.unit_cost_amount <= var.most])
      error_message = "Too expensive."
    }
  }
}
