// Package clientdiag gives resources, data sources and actions their API client and converts its errors to diagnostics.
package clientdiag

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"terraform-provider-vantage/internal/vantage"
)

// Resource is embedded in a resource. It has the Metadata and Configure methods, and the client that they provide.
type Resource struct {
	Name   string          // completes the type name vantage_<Name>
	Client *vantage.Client // nil during validation, and while the provider configuration has unknown values
}

// Metadata implements resource.Resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.Name
}

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.Client, _ = req.ProviderData.(*vantage.Client)
}

// DataSource is Resource for a data source.
type DataSource Resource

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.Name
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.Client, _ = req.ProviderData.(*vantage.Client)
}

// EphemeralResource is Resource for an ephemeral resource.
type EphemeralResource Resource

// Metadata implements ephemeral.EphemeralResource.
func (r *EphemeralResource) Metadata(
	_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_" + r.Name
}

// Configure implements ephemeral.EphemeralResourceWithConfigure.
func (r *EphemeralResource) Configure(
	_ context.Context, req ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse,
) {
	r.Client, _ = req.ProviderData.(*vantage.Client)
}

// Action is Resource for an action.
type Action Resource

// Metadata implements action.Action.
func (a *Action) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.Name
}

// Configure implements action.ActionWithConfigure.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, _ *action.ConfigureResponse) {
	a.Client, _ = req.ProviderData.(*vantage.Client)
}

// Decode decodes the configuration or the plan of an operation that sends requests. Without a client it returns an
// error with the summary.
func Decode(
	ctx context.Context, client *vantage.Client, summary string, config interface {
		Get(context.Context, any) diag.Diagnostics
	}, model any,
) diag.Diagnostics {
	diags := config.Get(ctx, model)
	if !diags.HasError() && client == nil {
		diags.Append(ErrNotConfigured(summary))
	}
	return diags
}

// ErrNotConfigured returns the error of an operation that needs the client while there is none.
func ErrNotConfigured(summary string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summary, "The provider configuration has values that are known only after apply, "+
		"so no request can be sent. Apply the resources of these values first (terraform apply -target=…), "+
		"or set the values with environment variables.")
}
