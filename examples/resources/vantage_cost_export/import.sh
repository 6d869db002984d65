terraform import vantage_cost_export.march dta_xprt_964b2adb9bff37fb

# Without storing the URLs of the files, for a resource with store_file_urls = false.
terraform import vantage_cost_export.march dta_xprt_964b2adb9bff37fb,store_file_urls=false
