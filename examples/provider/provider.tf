terraform {
  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }
}

# The API token comes from the environment variable VANTAGE_API_TOKEN.
provider "vantage" {}
