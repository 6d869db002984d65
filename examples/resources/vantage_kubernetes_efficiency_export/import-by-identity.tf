# OpenTofu has this too: it was tried with 1.12.
import {
  to = vantage_kubernetes_efficiency_export.march
  identity = {
    token = "dta_xprt_964b2adb9bff37fb"
  }
}
