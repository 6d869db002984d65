# With -generate-config-out, Terraform writes the resource block. Terraform 1.5 and 1.16.0 to 1.16.2 fail to do so.
import {
  to = vantage_kubernetes_efficiency_export.march
  id = "dta_xprt_964b2adb9bff37fb"
}
