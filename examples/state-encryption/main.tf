# Encrypts the state and saved plans with OpenTofu 1.7 or later. Every command needs the passphrase, including init:
#
#   export TF_VAR_state_passphrase=...   # at least 16 characters
#   tofu init
#   tofu apply -var cost_report_token=rprt_...
#   tofu output -json files
#   tofu destroy -var cost_report_token=rprt_...

terraform {
  required_providers {
    vantage = {
      source = "terraform.local/finops/vantage"
    }
  }

  encryption {
    key_provider "pbkdf2" "passphrase" {
      passphrase = var.state_passphrase
    }

    method "aes_gcm" "this" {
      keys = key_provider.pbkdf2.passphrase
    }

    state {
      method   = method.aes_gcm.this
      enforced = true
    }

    plan {
      method   = method.aes_gcm.this
      enforced = true
    }
  }
}

provider "vantage" {}

variable "state_passphrase" {
  description = "At least 16 characters."
  type        = string
  sensitive   = true
}

variable "cost_report_token" {
  description = "Token of the cost report, such as rprt_ea7dbb4f5783d677."
  type        = string
}

resource "vantage_unit_cost_export" "this" {
  cost_report_token   = var.cost_report_token
  renew_before_expiry = "1h"
}

output "files" {
  value     = vantage_unit_cost_export.this.manifest.files
  sensitive = true
}
