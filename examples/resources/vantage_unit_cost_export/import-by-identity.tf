# OpenTofu has this too: it was tried with 1.12.
import {
  to = vantage_unit_cost_export.march
  identity = {
    token = "dta_xprt_964b2adb9bff37fb"
  }
}
