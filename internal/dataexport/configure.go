package dataexport

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-vantage/internal/vantage"
)

// configured is what every surface has from the provider's configuration.
type configured struct {
	client *vantage.Client // nil while the provider's configuration is not known
}

// configure takes the client from what the provider hands to its surfaces. That is nil in a validation, and where the
// provider's configuration is known only after the apply.
func (c *configured) configure(data any) diag.Diagnostics {
	if data == nil {
		return nil
	}
	client, ok := data.(*vantage.Client)
	if !ok {
		return diag.Diagnostics{diag.NewErrorDiagnostic("The provider was configured with something else than its client",
			fmt.Sprintf("It is of type %T. This is a bug of the provider; please report it.", data))}
	}
	c.client = client
	return nil
}
