# With -generate-config-out Terraform writes the resource's block itself. Use 1.6 or later for that: 1.5 crashes on it.
import {
  to = vantage_cost_export.march
  id = "dta_xprt_964b2adb9bff37fb"
}
