package dataexport

import (
	"context"

	"terraform-provider-vantage/internal/argument"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

var _ ephemeral.EphemeralResourceWithConfigure = (*EphemeralResource)(nil)

// NewEphemeralResource returns the ephemeral resource vantage_data_export.
func NewEphemeralResource() ephemeral.EphemeralResource { return &EphemeralResource{} }

// EphemeralResource waits for an export that exists, of any kind, and hands on what it consists of, past the state.
// Terraform opens it in the plan and again in the apply, so it makes nothing.
type EphemeralResource struct{ configured }

// Metadata implements ephemeral.EphemeralResource.
func (r *EphemeralResource) Metadata(
	_ context.Context,
	req ephemeral.MetadataRequest,
	resp *ephemeral.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_data_export"
}

// Configure implements ephemeral.EphemeralResourceWithConfigure.
func (r *EphemeralResource) Configure(
	_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse,
) {
	resp.Diagnostics.Append(r.configure(req.ProviderData)...)
}

// Schema implements ephemeral.EphemeralResource.
func (r *EphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	const about = "The export has to exist, made by a resource for one."
	resp.Schema = schema.Schema{
		MarkdownDescription: "A data export that exists, of any kind, waited for and handed on without being written to " +
			"the state " +
			"or a plan file. It makes no export. Needs Terraform 1.10 or OpenTofu 1.11, or later.",
		Attributes: ephemeralAttributes(dataSourceAttributes(followedAttributes(about))),
		Blocks: ephemeralBlocks(timeoutsBlock(map[string]string{
			"open": "How long waiting for the export may take, as a duration such as `45m`. Default: `30m`.",
		})),
	}
}

// Open implements ephemeral.EphemeralResource.
func (r *EphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var data DataSourcePart
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "open", defaultTimeout))
	defer cancel()
	resp.Diagnostics.Append(data.await(ctx, waiting("open"), r.client)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, data)...)
}
