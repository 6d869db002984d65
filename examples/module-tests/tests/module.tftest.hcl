mock_provider "vantage" {
  mock_resource "vantage_unit_cost_export" {
    defaults = {
      manifest = {
        files            = ["https://files.example/1.csv?signature=x"]
        completed_at     = "2025-04-01T06:00:00Z"
        valid_until      = "2025-04-02T06:00:00Z"
        urls_valid_until = "2025-04-01T12:00:00Z"
      }
    }
  }

  mock_resource "vantage_data_export_download" {
    defaults = {
      files = [{ name = "1.csv", path = "/exports/1.csv", size = 7, sha256 = "e3b0c442" }]
    }
  }

  mock_data "vantage_unit_costs" {
    defaults = {
      unit_costs = [{
        business_metric_token  = "bsnss_mtrc_1"
        business_metric_title  = "Customers"
        calculation_type       = "unit_cost"
        unit_cost_amount       = 0.75
        business_metric_amount = 400
        scale                  = 1
        date                   = "2025-03-01"
      }]
    }
  }
}

variables {
  cost_report_token     = "rprt_1"
  business_metric_token = "bsnss_mtrc_1"
}

run "outputs_come_from_export_download_and_rows" {
  assert {
    condition     = output.valid_until == "2025-04-02T06:00:00Z"
    error_message = "valid_until must be the expiry of the export."
  }

  assert {
    condition     = output.checksums == { "1.csv" = "e3b0c442" }
    error_message = "checksums must contain the SHA-256 of each file."
  }

  assert {
    condition     = output.latest_unit_cost == 0.75
    error_message = "latest_unit_cost must be the amount of the last row."
  }
}

run "a_report_without_rows_has_no_unit_cost" {
  override_data {
    target = data.vantage_unit_costs.this
    values = { unit_costs = [] }
  }

  assert {
    condition     = output.latest_unit_cost == null
    error_message = "latest_unit_cost must be null without rows."
  }
}
