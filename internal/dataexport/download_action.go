package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/providerdata"
)

var _ action.ActionWithConfigure = (*downloadAction)(nil)

// NewDownloadAction returns the action vantage_data_export_download.
func NewDownloadAction() action.Action {
	return &downloadAction{providerdata.Action{Name: "data_export_download"}}
}

// downloadAction waits for an existing export of any export type, and downloads its files.
type downloadAction struct{ providerdata.Action }

type downloadActionModel struct {
	DownloadPart
	Timeouts types.Object `tfsdk:"timeouts"`
}

func (a *downloadAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	arguments := convert(downloadAttributes(""),
		func(a resourceschema.StringAttribute) resourceschema.Attribute { return a })
	resp.Schema = schema.Schema{
		MarkdownDescription: `Downloads the files of an existing data export, without storing anything in state.
Run it from the ` + "`action_trigger` of a resource or with `-invoke`. Requires Terraform 1.14 or later.",
		Attributes: actionAttributes(arguments),
		Blocks: actionBlocks(timeoutsBlock(map[string]string{
			"invoke": "Timeout for waiting for the export and downloading its files. Defaults to `30m`.",
		})),
	}
}

func (a *downloadAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config downloadActionModel
	const op = diagnostics.DownloadAction
	resp.Diagnostics.Append(providerdata.Decode(ctx, a.Client, op, diagnostics.Existing, req.Config, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	send := progressSender(ctx, resp.SendProgress)
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(config.Timeouts, "invoke", defaultTimeout))
	defer cancel()
	_, _, diags := fetch(ctx, a.Data, op, config.DownloadPart, send)
	resp.Diagnostics.Append(diags...)
}
