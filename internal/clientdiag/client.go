// Package clientdiag gives resources, data sources and actions their API client and converts its errors to diagnostics.
package clientdiag

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-vantage/internal/vantage"
)

// Client returns the API client from the provider data of a Configure method. It returns nil without an error during
// validation, and while the provider configuration has unknown values.
func Client(providerData any) (*vantage.Client, diag.Diagnostics) {
	if providerData == nil {
		return nil, nil
	}
	client, ok := providerData.(*vantage.Client)
	if !ok {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic(
			"Unexpected provider data",
			fmt.Sprintf("The provider data is of type %T. This is a defect of the provider. Report it.", providerData))}
	}
	return client, nil
}

// ErrNotConfigured returns the error of an operation that needs the client while there is none.
func ErrNotConfigured(summary string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summary, "The provider configuration has values that are known only after apply, "+
		"so no request can be sent. Apply the resources of these values first (terraform apply -target=…), "+
		"or set the values with environment variables.")
}
