# By the export's token. What the API tells of it fills in the arguments; the rest is taken over from the configuration in the next apply.
terraform import vantage_kubernetes_efficiency_export.march dta_xprt_964b2adb9bff37fb
