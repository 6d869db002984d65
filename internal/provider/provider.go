// Package provider creates the API client from the provider block and the environment, registers the export types, and
// handles process signals and logs.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"terraform-provider-vantage/internal/calendar"
	"terraform-provider-vantage/internal/costexport"
	"terraform-provider-vantage/internal/dataexport"
	"terraform-provider-vantage/internal/kubernetesefficiencyexport"
	"terraform-provider-vantage/internal/unitcostexport"
	"terraform-provider-vantage/internal/unitcosts"
)

// Address is the provider's source address. It is a placeholder until the provider is published; CONTRIBUTING.md lists
// what else to change then.
const Address = "terraform.local/finops/vantage"

var (
	_ provider.ProviderWithActions            = (*vantageProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*vantageProvider)(nil)
	_ provider.ProviderWithFunctions          = (*vantageProvider)(nil)
)

// New returns a function that creates the provider, as providerserver expects it. The user agent contains the version.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &vantageProvider{version: version} }
}

type vantageProvider struct{ version string }

func (p *vantageProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "vantage"
	resp.Version = p.version
}

func (p *vantageProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Creates Vantage data exports and exposes their files.",
		Attributes: map[string]schema.Attribute{
			"api_token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "Vantage API token with the `read` scope, sent to `host` only. Required, unless the " +
					"environment variable `VANTAGE_API_TOKEN` is set.",
				Validators: validators("api_token"),
			},
			"host": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Base URL of the API without `/v2`; `http` for loopback addresses only. Environment " +
					"variable: `VANTAGE_HOST`. Defaults to `https://api.vantage.sh`.",
				Validators: validators("host"),
			},
			"max_poll_interval": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Maximum time between two polls of a pending export, at least `1s`. Environment variable: " +
					"`VANTAGE_MAX_POLL_INTERVAL`. Defaults to the API's `Retry-After`.",
				Validators: validators("max_poll_interval"),
			},
			"timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Timeout of one HTTP request, as a [duration](https://pkg.go.dev/time#ParseDuration) above " +
					"zero. Environment variable: `VANTAGE_TIMEOUT`. Defaults to `30s`.",
				Validators: validators("timeout"),
			},
			"workspace_token": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Token of the default workspace, required if the API token can access several workspaces. " +
					"Environment variable: `VANTAGE_WORKSPACE_TOKEN`.",
				Validators: validators("workspace_token"),
			},
		},
	}
}

func (p *vantageProvider) Configure(
	ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse,
) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	userAgent := "terraform-provider-vantage/" + p.version + " Terraform/" + req.TerraformVersion
	data, diags := config.data(userAgent)
	resp.Diagnostics.Append(diags...)
	if data.Client == nil {
		// If an argument is unknown, Terraform configures the provider again in the apply. Until then, it defers what needs
		// a client, if it can. Otherwise operations that need a client report that there is none.
		if req.ClientCapabilities.DeferralAllowed && !resp.Diagnostics.HasError() {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}
		return
	}
	resp.ResourceData = data
	resp.DataSourceData = data
	resp.EphemeralResourceData = data
	resp.ActionData = data
}

// definitions returns the export types.
func definitions() []dataexport.Definition {
	return []dataexport.Definition{
		unitcostexport.Definition(),
		costexport.Definition(),
		kubernetesefficiencyexport.Definition(),
	}
}

func (p *vantageProvider) Resources(context.Context) (all []func() resource.Resource) {
	for _, d := range definitions() {
		all = append(all, d.Resource)
	}
	return append(all, dataexport.NewDownloadResource)
}

func (p *vantageProvider) DataSources(context.Context) (all []func() datasource.DataSource) {
	for _, d := range definitions() {
		all = append(all, d.DataSource)
	}
	return append(all, dataexport.NewDataSource, unitcosts.NewDataSource)
}

func (p *vantageProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{dataexport.NewEphemeralResource}
}

func (p *vantageProvider) Actions(context.Context) (all []func() action.Action) {
	for _, d := range definitions() {
		all = append(all, d.Action)
	}
	return append(all, dataexport.NewDownloadAction)
}

func (p *vantageProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{calendar.NewMonth, calendar.NewQuarter}
}
