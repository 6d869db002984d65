package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/vantage"
)

var _ action.ActionWithConfigure = (*DownloadAction)(nil)

// NewDownloadAction returns the action vantage_data_export_download.
func NewDownloadAction() action.Action { return &DownloadAction{} }

// DownloadAction waits for an export that exists, of any kind, and downloads its files.
type DownloadAction struct{ configured }

type downloadActionModel struct {
	Token     types.String `tfsdk:"token"`
	Directory types.String `tfsdk:"directory"`
	Timeouts  types.Object `tfsdk:"timeouts"`
}

// Metadata implements action.Action.
func (a *DownloadAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_data_export_download"
}

// Configure implements action.ActionWithConfigure.
func (a *DownloadAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	resp.Diagnostics.Append(a.configure(req.ProviderData)...)
}

// Schema implements action.Action.
func (a *DownloadAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Waits for a data export that exists, of any kind, and downloads its files. It makes no " +
			"export and " +
			"keeps nothing in the state. Terraform runs it from the `action_trigger` of a resource, or by `-invoke`. Needs " +
			"Terraform 1.14 or later; OpenTofu and earlier ones have the resource of the same name.",
		Attributes: actionAttributes(map[string]resourceschema.Attribute{
			"token":     tokenAttribute("The export is of any kind."),
			"directory": directoryAttribute(true, ""),
		}),
		Blocks: actionBlocks(timeoutsBlock(map[string]string{
			"invoke": "How long waiting for the export and downloading its files may take in all, as a duration such as " +
				"`45m`. " +
				"Default: `30m`.",
		})),
	}
}

// Invoke implements action.Action.
func (a *DownloadAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config downloadActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	o := existing("`invoke` in the action's timeouts block", "Invoke the action again to download the files.")
	if a.client == nil {
		resp.Diagnostics.Append(o.errNotConfigured())
		return
	}
	send := progressSender(ctx, resp.SendProgress)
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(config.Timeouts, "invoke", defaultTimeout))
	defer cancel()
	_, diags := o.fetch(ctx, a.client, vantage.DataExport{Token: config.Token.ValueString()}, config.Directory, send)
	resp.Diagnostics.Append(diags...)
}
