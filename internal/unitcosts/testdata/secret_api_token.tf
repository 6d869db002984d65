variable "host" {
  type = string
}

variable "api_token" {
  type = string
}

# Stands in for the store of secrets that the API token comes from.
resource "terraform_data" "secret" {
  input = var.api_token
}

provider "vantage" {
  host      = var.host
  api_token = terraform_data.secret.output
}
