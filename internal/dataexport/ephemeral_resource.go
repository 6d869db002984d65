package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

var _ ephemeral.EphemeralResourceWithConfigure = (*existingEphemeral)(nil)

// NewEphemeralResource returns the ephemeral resource vantage_data_export.
func NewEphemeralResource() ephemeral.EphemeralResource {
	return &existingEphemeral{providerdata.EphemeralResource{Name: "data_export"}}
}

// existingEphemeral waits for an existing export of any export type and exposes its files without storing them. It
// creates nothing, because Terraform opens it in the plan and again in the apply.
type existingEphemeral struct{ providerdata.EphemeralResource }

func (r *existingEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: `Waits for an existing data export of any export type, and stores nothing in state or plan files.
Opening it creates no export. Requires Terraform 1.10 or OpenTofu 1.11, or later.`,
		Attributes: ephemeralAttributes(existingAttributes()),
		Blocks: ephemeralBlocks(timeoutsBlock(map[string]string{
			"open": "Timeout for waiting for the export. Defaults to `30m`.",
		})),
	}
}

func (r *existingEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var data DataSourcePart
	const op = diagnostics.OpenExisting
	resp.Diagnostics.Append(providerdata.Decode(ctx, r.Client, op, diagnostics.Existing, req.Config, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "open", defaultTimeout))
	defer cancel()

	known := &vantage.DataExport{Token: data.Token.ValueString()}
	resp.Diagnostics.Append(data.await(ctx, r.Client, op, diagnostics.Existing, known)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Result.Set(ctx, data)...)
	}
}
