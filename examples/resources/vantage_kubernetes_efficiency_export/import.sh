# By the export's token. What the API tells of it fills in the arguments; the rest is taken over from the configuration in the next apply.
terraform import vantage_kubernetes_efficiency_export.march dta_xprt_964b2adb9bff37fb

# Without storing the URLs of its files, for a resource with store_file_urls = false.
terraform import vantage_kubernetes_efficiency_export.march dta_xprt_964b2adb9bff37fb,store_file_urls=false
