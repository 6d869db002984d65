variable "token" {
  type = string
}

ephemeral "vantage_data_export" "this" {
  token = var.token

  timeouts {
    open = "1m"
  }
}

# Shows what the ephemeral resource gives.
provider "echo" {
  data = ephemeral.vantage_data_export.this
}

resource "echo" "this" {}
