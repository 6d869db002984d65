variable "host" {
  type = string
}

variable "api_token" {
  type = string
}

# Represents a secret store that returns the API token.
resource "terraform_data" "secret" {
  input = var.api_token
}

provider "vantage" {
  host      = var.host
  api_token = terraform_data.secret.output
}
