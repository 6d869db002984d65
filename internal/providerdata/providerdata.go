// Package providerdata carries what the provider's Configure creates to resources, data sources, ephemeral resources
// and actions, which embed a type of this package.
package providerdata

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/vantage"
)

// Data is the provider data of all types. It is empty during validation, and while the provider configuration has
// unknown values.
type Data struct {
	Client *vantage.Client
	Files  *exportfile.Downloader
}

// New returns the data of a provider whose API client has these options. The downloader shares what does not belong to
// the API.
func New(o vantage.Options) (Data, error) {
	o = o.WithDefaults()
	client, err := vantage.New(o)
	if err != nil {
		return Data{}, err
	}
	return Data{Client: client, Files: exportfile.New(exportfile.Options{
		Transport: o.Transport, Hosts: o.Hosts, Timeout: o.Timeout, UserAgent: o.UserAgent, Logger: o.Logger,
		Renew: client.GetDataExport,
	})}, nil
}

// set takes the data from a request of a Configure method, where it is nil until the provider is configured.
func (d *Data) set(provided any, diags *diag.Diagnostics) {
	switch provided := provided.(type) {
	case nil:
	case Data:
		*d = provided
	default:
		diags.Append(diagnostics.UnexpectedProviderData.Error(diagnostics.Values{"type": fmt.Sprintf("%T", provided)}))
	}
}

// Resource is embedded in a resource. It has the Metadata and Configure methods, and the data that they receive. The
// resource needs a ModifyPlan method: framework 1.19 defers no plan of a resource without it.
type Resource struct {
	Name string // completes the type name vantage_<Name>
	Data
}

// Metadata implements resource.Resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.Name
	// If the provider defers, what is computed is planned as unknown. The framework would plan it as null.
	resp.ResourceBehavior.ProviderDeferred.EnablePlanModification = true
}

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.set(req.ProviderData, &resp.Diagnostics)
}

// DataSource is Resource for a data source.
type DataSource Resource

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.Name
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.set(req.ProviderData, &resp.Diagnostics)
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
	_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse,
) {
	r.set(req.ProviderData, &resp.Diagnostics)
}

// Action is Resource for an action.
type Action Resource

// Metadata implements action.Action.
func (a *Action) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.Name
}

// Configure implements action.ActionWithConfigure.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.set(req.ProviderData, &resp.Diagnostics)
}

// Decode decodes the configuration or the plan of an operation that sends requests. Without a client it returns an
// error.
func Decode(
	ctx context.Context, client *vantage.Client, op diagnostics.Operation, s diagnostics.Subject, config interface {
		Get(context.Context, any) diag.Diagnostics
	}, model any,
) diag.Diagnostics {
	diags := config.Get(ctx, model)
	if !diags.HasError() && client == nil {
		diags.Append(op.NotConfigured(s))
	}
	return diags
}
