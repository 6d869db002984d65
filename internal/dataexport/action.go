package dataexport

import (
	"context"
	"fmt"

	"terraform-provider-vantage/internal/argument"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ action.ActionWithConfigure      = (*Action)(nil)
	_ action.ActionWithValidateConfig = (*Action)(nil)
)

// Action makes an export of one kind, waits for it, and downloads its files where a directory is given. Nothing of it
// is kept in the state. Definitions.Actions makes it.
type Action struct {
	configured
	definition Definition
}

// ActionPart is what the actions of all definitions have beside a kind's arguments.
type ActionPart struct {
	Directory types.String `tfsdk:"directory"`
	Timeouts  types.Object `tfsdk:"timeouts"`
}

// Part returns the part itself, from the model that it is embedded in.
func (p *ActionPart) Part() *ActionPart { return p }

// Metadata implements action.Action.
func (a *Action) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.definition.Name
}

// Configure implements action.ActionWithConfigure.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	resp.Diagnostics.Append(a.configure(req.ProviderData)...)
}

// Schema implements action.Action.
func (a *Action) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	directory := map[string]resourceschema.Attribute{
		"directory": directoryAttribute(false, " Default: the files are not downloaded."),
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Makes a " + a.definition.Noun + ", waits for it and downloads its files, without keeping " +
			"anything in the " +
			"state. **Each invocation makes a new export.** Its progress is shown while it runs. Needs Terraform 1.14 or " +
			"later; OpenTofu has no actions.",
		Attributes: actionAttributes(mergeMaps(a.definition.Arguments, directory)),
		Blocks: actionBlocks(mergeMaps(a.definition.Blocks, timeoutsBlock(map[string]string{
			"invoke": "How long making the export, waiting for it and downloading its files may take in all, as a duration " +
				"such as " +
				"`45m`. Default: `30m`.",
		}))),
	}
}

// ValidateConfig implements action.ActionWithValidateConfig.
func (a *Action) ValidateConfig(
	ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse,
) {
	config := a.definition.NewAction()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.Validate()...)
	}
}

// Invoke implements action.Action.
func (a *Action) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	config := a.definition.NewAction()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if a.client == nil {
		resp.Diagnostics.Append(a.invoking().errNotConfigured())
		return
	}
	send := progressSender(ctx, resp.SendProgress)
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(config.Part().Timeouts, "invoke", defaultTimeout))
	defer cancel()

	directory, err := directoryOf(config.Part().Directory)
	if err != nil {
		// Before the export is made: there would be no place for its files.
		resp.Diagnostics.Append(a.invoking().errDirectory(directory, err))
		return
	}
	export, err := a.client.CreateDataExport(ctx, config.Request())
	if err != nil {
		resp.Diagnostics.Append(a.invoking().failure(err))
		return
	}
	send("The API has accepted the export %s. It goes on there, whatever becomes of this run.", export.Token)
	export, diags := a.invoking().await(ctx, a.client, export, send)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || len(export.Manifest.Files) == 0 {
		return
	}
	if directory == "" {
		send("The files are at the server, %s. The data source vantage_data_export with token = %q gives their URLs.",
			validity(export), export.Token)
		return
	}
	_, diags = a.invoking().download(ctx, a.client, export, directory, send)
	resp.Diagnostics.Append(diags...)
}

func (a *Action) invoking() operation {
	o := a.definition.operation("make")
	o.creates = true
	o.timedOut = func(token string) string {
		return goesOn(token) + " Set a longer `invoke` in the action's timeouts block before the next."
	}
	o.interrupted = goesOn
	o.timeoutHint = "`invoke` in the action's timeouts block"
	o.retryHint = "The action vantage_data_export_download downloads them; another invocation of this one makes another " +
		"export."
	o.failed = "Invoke the action again to have another one made; if that fails too, the server's words and the " +
		"report in the " +
		"Vantage console tell more."
	return o
}

// goesOn says how to have an export that an action made and did not see the end of.
func goesOn(token string) string {
	return fmt.Sprintf("The export %s goes on at the server. Another invocation makes another one; to have this one, "+
		"read the "+
		"data source vantage_data_export with `token = %q`.", token, token)
}
