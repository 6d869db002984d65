package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/providerdata"
)

var _ action.ActionWithConfigure = (*exportAction)(nil)

// exportAction creates an export, waits for it, and downloads its files if a directory is given. It stores nothing in
// state. Definition.Action returns it.
type exportAction struct {
	providerdata.Action
	definition Definition
}

// Action returns the action that creates an export and downloads its files.
func (d Definition) Action() action.Action {
	return &exportAction{providerdata.Action{Name: d.Name}, d}
}

func (a *exportAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	directory := map[string]resourceschema.Attribute{
		"directory": directoryAttribute(false, " Defaults to none: the files are not downloaded."),
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Creates a " + a.definition.Noun + `, waits for it and downloads its files.
**Each invocation creates a new export.** It stores nothing in state. Requires Terraform 1.14 or later.`,
		Attributes: actionAttributes(mergeMaps(a.definition.Arguments, directory)),
		Blocks: actionBlocks(mergeMaps(a.definition.Blocks, timeoutsBlock(map[string]string{
			"invoke": "Timeout for creating the export, waiting for it and downloading its files. Defaults to `30m`.",
		}))),
	}
}

func (a *exportAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	config := a.definition.NewAction()
	const op = diagnostics.CreateAction
	subject := a.definition.subject()
	resp.Diagnostics.Append(providerdata.Decode(ctx, a.Client, op, subject, req.Config, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	send := progressSender(ctx, resp.SendProgress)
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(config.Part().Timeouts, "invoke", defaultTimeout))
	defer cancel()

	// Before the export is created, because its files would have no place.
	directory, err := directoryOf(config.Part().Directory)
	if err != nil {
		resp.Diagnostics.Append(errDirectory(op, subject, directory, err))
		return
	}
	export, err := a.Client.CreateDataExport(ctx, config.Request())
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Failure(op, subject, err))
		return
	}
	send("The API has accepted the export %s. It completes even if this run ends.", export.Token)
	export, diags := await(ctx, a.Client, op, subject, export, send)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || len(export.Manifest.Files) == 0 {
		return
	}
	if directory == "" {
		send("The files are available, %s. The data source vantage_data_export with token = %q returns their URLs.",
			formatValidity(export), export.Token)
		return
	}
	_, diags = download(ctx, a.Files, diagnostics.DownloadCreated, subject, export, directory, "", send)
	resp.Diagnostics.Append(diags...)
}
