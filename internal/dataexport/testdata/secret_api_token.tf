variable "api_token" {
  type = string
}

variable "run" {
  type = number
}

# Stands in for a store of secrets: in a plan that replaces it, the API token is not known.
resource "terraform_data" "secret" {
  input            = var.api_token
  triggers_replace = var.run
}

provider "vantage" {
  api_token = terraform_data.secret.output
}
