package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

var (
	_ ephemeral.EphemeralResourceWithConfigure      = (*EphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*EphemeralResource)(nil)
)

// NewEphemeralResource returns the ephemeral resource vantage_unit_cost_export.
func NewEphemeralResource() ephemeral.EphemeralResource { return &EphemeralResource{} }

// EphemeralResource waits for an export that exists and hands on what it consists of, past the state. Terraform opens it in the plan
// and again in the apply, so it makes nothing.
type EphemeralResource struct {
	client *vantage.Client // nil when the provider's configuration is not known yet
}

type ephemeralResourceModel struct {
	exported
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// Metadata implements ephemeral.EphemeralResource.
func (r *EphemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_unit_cost_export"
}

// Configure implements ephemeral.EphemeralResourceWithConfigure.
func (r *EphemeralResource) Configure(_ context.Context, req ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	r.client, _ = req.ProviderData.(*vantage.Client)
}

// Schema implements ephemeral.EphemeralResource.
func (r *EphemeralResource) Schema(ctx context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	computed := func(about string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: about}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A unit cost export that exists, waited for and handed on without being written to the state or a plan file. It makes no export. " +
			"Needs Terraform 1.10 or OpenTofu 1.11, or later.",
		Attributes: map[string]schema.Attribute{
			"token": schema.StringAttribute{
				Required: true, Validators: exportTokens(),
				MarkdownDescription: aboutToken + " The export has to exist, made by a resource with `wait_for_completion = false` for one.",
			},
			"id":          computed(aboutID),
			"status":      computed(aboutStatus),
			"created_at":  computed(aboutCreatedAt),
			"export_type": computed(aboutExportType),
			"manifest": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: aboutManifest,
				Attributes: map[string]schema.Attribute{
					"files":        schema.ListAttribute{Computed: true, Sensitive: true, ElementType: types.StringType, MarkdownDescription: aboutFiles},
					"completed_at": computed(aboutCompletedAt),
					"valid_until":  computed(aboutValidUntil),
				},
			},
			"attributes": schema.DynamicAttribute{Computed: true, MarkdownDescription: aboutAttributes},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{
				OpenDescription: "How long waiting for the export may take, as a duration such as `45m`. Default: `30m`.",
			}),
		},
	}
}

// ValidateConfig implements ephemeral.EphemeralResourceWithValidateConfig.
func (r *EphemeralResource) ValidateConfig(ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	var config ephemeralResourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(checkTimeout(ctx, "open", config.Timeouts.Open)...)
}

var opening = operation{verb: "open", whenTimedOut: "The export %s goes on at the server. Run Terraform again to wait on, with a longer `open` in the timeouts block if need be."}

// Open implements ephemeral.EphemeralResource.
func (r *EphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var data ephemeralResourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Open(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.client == nil {
		resp.Diagnostics.Append(errNotConfigured(opening))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	export, err := r.client.WaitForDataExport(ctx, &vantage.DataExport{Token: data.Token.ValueString()}, nil)
	if err != nil {
		resp.Diagnostics.Append(opening.failure(err))
		return
	}
	data.exported, diags = opening.handOn(export)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, data)...)
}
