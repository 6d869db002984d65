# Run with "terraform test" or "tofu test" (OpenTofu 1.8 or later). The provider is mocked: no account is needed.

mock_provider "vantage" {
  mock_resource "vantage_unit_cost_export" {
    defaults = {
      manifest = {
        files            = ["https://files.example/1.csv?signature=x", "https://files.example/2.csv?signature=y"]
        completed_at     = "2025-04-01T06:00:00Z"
        valid_until      = "2025-04-02T06:00:00Z"
        urls_valid_until = "2025-04-01T12:00:00Z"
      }
    }
  }
}

variables {
  cost_report_tokens = ["rprt_1", "rprt_2"]
  month              = "2025-02"
}

run "one_export_for_each_report" {
  assert {
    condition     = output.file_counts["rprt_1"] == 2 && output.file_counts["rprt_2"] == 2
    error_message = "Each report has two files."
  }

  assert {
    condition     = length(output.files) == 4
    error_message = "All files are listed."
  }
}

run "a_month_ends_on_its_last_day" {
  module {
    source = "./modules/reports"
  }

  assert {
    condition     = vantage_unit_cost_export.this["rprt_1"].end_date == "2025-02-28"
    error_message = "February 2025 has 28 days."
  }
}

run "an_invalid_month_fails" {
  command = plan

  module {
    source = "./modules/reports"
  }

  variables {
    month = "March"
  }

  expect_failures = [var.month]
}
