# Requires Terraform 1.12 or OpenTofu 1.12, or later.
import {
  to = vantage_kubernetes_efficiency_export.march
  identity = {
    token = "dta_xprt_964b2adb9bff37fb"
  }
}
