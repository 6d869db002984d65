package dataexport

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-vantage/internal/clientdiag"
	"terraform-provider-vantage/internal/vantage"
)

// configured is what every surface has from the provider's configuration.
type configured struct {
	client *vantage.Client // nil while the provider's configuration is not known
}

func (c *configured) configure(data any) (diags diag.Diagnostics) {
	c.client, diags = clientdiag.Client(data)
	return diags
}
