// Package clientdiag gives resources, data sources and actions their API client and converts its errors to diagnostics.
package clientdiag

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-vantage/internal/vantage"
)

// Client returns the client from what the provider hands to its resources and data sources. That is nil in a validation, and where the
// provider's configuration is known only after the apply: the client is nil then, without an error.
func Client(providerData any) (*vantage.Client, diag.Diagnostics) {
	if providerData == nil {
		return nil, nil
	}
	client, ok := providerData.(*vantage.Client)
	if !ok {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic(
			"The provider was configured with something else than its client",
			fmt.Sprintf("It is of type %T. This is a bug of the provider; please report it.", providerData))}
	}
	return client, nil
}

// ErrNotConfigured returns the error for a request that has to be made while there is no client.
func ErrNotConfigured(summary string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summary, "A request has to be made now, but the provider's configuration holds values "+
		"that are known only after the apply. Apply what they come from first (terraform apply -target=…), or give them "+
		"by environment variables.")
}
