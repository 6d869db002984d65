// Package provider turns the provider block and the environment into an API client, and registers what is made with it.
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
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/calendar"
	"terraform-provider-vantage/internal/costexport"
	"terraform-provider-vantage/internal/dataexport"
	"terraform-provider-vantage/internal/kubernetesefficiencyexport"
	"terraform-provider-vantage/internal/unitcostexport"
	"terraform-provider-vantage/internal/unitcosts"
)

// Address is where Terraform finds the provider. It is a placeholder until the provider is published; README says what
// else to change then.
const Address = "terraform.local/finops/vantage"

var (
	_ provider.ProviderWithActions            = (*vantageProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*vantageProvider)(nil)
	_ provider.ProviderWithFunctions          = (*vantageProvider)(nil)
)

// New returns a function that makes the provider, as providerserver wants it. The version goes into the user agent.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &vantageProvider{version: version} }
}

type vantageProvider struct{ version string }

type providerModel struct {
	APIToken       types.String `tfsdk:"api_token"`
	Host           types.String `tfsdk:"host"`
	Timeout        types.String `tfsdk:"timeout"`
	WorkspaceToken types.String `tfsdk:"workspace_token"`
}

func (p *vantageProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "vantage"
	resp.Version = p.version
}

func (p *vantageProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Makes data exports with the Vantage API, waits for them, and gives their files to the rest " +
			"of the " +
			"configuration.",
		Attributes: map[string]schema.Attribute{
			"api_token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "Vantage API token with the `read` scope. Required, here or in the environment variable " +
					"`VANTAGE_API_TOKEN`. " +
					"It is sent to `host` only.",
			},
			"host": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Base address of the API, without `/v2`. Plain `http` is accepted for loopback addresses " +
					"only. " +
					"May be given by the environment variable `VANTAGE_HOST`. Default: `https://api.vantage.sh`.",
			},
			"timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long one HTTP request may take, as a " +
					"[duration](https://pkg.go.dev/time#ParseDuration) above zero, such as `45s`. " +
					"How long an export may take is set by `timeouts` where the export is made. " +
					"May be given by the environment variable `VANTAGE_TIMEOUT`. Default: `30s`.",
			},
			"workspace_token": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Token of the workspace for exports that name none. The API requires one when the API " +
					"token sees several workspaces. " +
					"May be given by the environment variable `VANTAGE_WORKSPACE_TOKEN`. Default: none.",
			},
		},
	}
}

func (p *vantageProvider) Configure(
	ctx context.Context,
	req provider.ConfigureRequest,
	resp *provider.ConfigureResponse,
) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	client, diags := config.client(p.userAgent(req.TerraformVersion))
	resp.Diagnostics.Append(diags...)
	if client == nil {
		// Something is not known before the apply: Terraform configures the provider again then. Whoever needs a client
		// now says that there is none.
		return
	}
	resp.ResourceData = client
	resp.DataSourceData = client
	resp.EphemeralResourceData = client
	resp.ActionData = client
}

func (p *vantageProvider) userAgent(terraform string) string {
	if terraform == "" {
		terraform = "unknown"
	}
	return "terraform-provider-vantage/" + p.version + " Terraform/" + terraform
}

// definitions are the types of exports that the provider makes.
func definitions() dataexport.Definitions {
	return dataexport.Definitions{
		unitcostexport.Definition(),
		costexport.Definition(),
		kubernetesefficiencyexport.Definition(),
	}
}

func (p *vantageProvider) Resources(context.Context) []func() resource.Resource {
	return append(definitions().Resources(), dataexport.NewDownloadResource)
}

func (p *vantageProvider) DataSources(context.Context) []func() datasource.DataSource {
	return append(definitions().DataSources(), dataexport.NewDataSource, unitcosts.NewDataSource)
}

func (p *vantageProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{dataexport.NewEphemeralResource}
}

func (p *vantageProvider) Actions(context.Context) []func() action.Action {
	return append(definitions().Actions(), dataexport.NewDownloadAction)
}

func (p *vantageProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{calendar.NewMonth, calendar.NewQuarter}
}
