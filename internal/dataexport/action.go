package dataexport

import (
	"context"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

var (
	_ action.ActionWithConfigure      = (*Action)(nil)
	_ action.ActionWithValidateConfig = (*Action)(nil)
)

// NewAction returns the action vantage_unit_cost_export.
func NewAction() action.Action { return &Action{} }

// Action makes an export, waits for it, and downloads its files where a directory is given. Nothing of it is kept in the state.
type Action struct {
	client *vantage.Client // nil when the provider's configuration is not known yet
}

type actionModel struct {
	arguments
	Directory types.String   `tfsdk:"directory"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
}

// Metadata implements action.Action.
func (a *Action) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_unit_cost_export"
}

// Configure implements action.ActionWithConfigure.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, _ *action.ConfigureResponse) {
	a.client, _ = req.ProviderData.(*vantage.Client)
}

// Schema implements action.Action.
func (a *Action) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	option := func(about string, validators []validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: about, Validators: validators}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Makes a unit cost export, waits for it and downloads its files, without keeping anything in the state. **Each invocation makes a new export.** " +
			"How it goes is told while it runs. Needs Terraform 1.14 or later; OpenTofu has no actions.",
		Attributes: map[string]schema.Attribute{
			"cost_report_token": schema.StringAttribute{Required: true, MarkdownDescription: aboutCostReportToken, Validators: notEmpty()},
			"workspace_token":   option(aboutWorkspaceToken, notEmpty()),
			"start_date":        option(aboutStartDate, dates()),
			"end_date":          option(aboutEndDate, dates()),
			"date_bin":          option(aboutDateBin, dateBins()),
			"directory": option("Directory on the machine that runs Terraform to download the files to. It is made where it is missing. "+
				"The files are named as in their addresses, and a file that has the name already is replaced once the new one is there in full. "+
				"What is made can be read by the user alone. Default: the files are not downloaded.", notEmpty()),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{
				InvokeDescription: "How long making the export, waiting for it and downloading its files may take in all, as a duration such as `45m`. Default: `30m`.",
			}),
		},
	}
}

// ValidateConfig implements action.ActionWithValidateConfig.
func (a *Action) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config actionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(checkDateOrder(config.StartDate, config.EndDate)...)
	resp.Diagnostics.Append(checkTimeout(ctx, "invoke", config.Timeouts.Invoke)...)
}

const goesOn = "The export %s goes on at the server. Another invocation makes another one; to have this one, read it by a data source with `token = \"%s\"`."

var invoking = operation{verb: "make", arguments: true, whenTimedOut: goesOn + " Set a longer `invoke` in the action's timeouts block before the next."}

// Invoke implements action.Action.
func (a *Action) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config actionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Invoke(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if a.client == nil {
		resp.Diagnostics.Append(errNotConfigured(invoking))
		return
	}
	say := sayer(ctx, resp.SendProgress)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	directory, err := directoryOf(config.Directory)
	if err != nil {
		// Before the export is made: there would be no place for its files.
		resp.Diagnostics.Append(errDirectory(directory, err))
		return
	}
	export, err := a.client.CreateDataExport(ctx, config.request())
	if err != nil {
		resp.Diagnostics.Append(invoking.failure(err))
		return
	}
	say("The API has accepted the export %s. It goes on there, whatever becomes of this run.", export.Token)
	export, err = a.client.WaitForDataExport(ctx, export, tellWait(say))
	if err != nil {
		resp.Diagnostics.Append(errWait(err))
		return
	}
	say("The status is %q, with %s.", export.Status, count(len(export.Manifest.Files)))
	switch {
	case len(export.Manifest.Files) == 0:
		resp.Diagnostics.Append(warnNoFiles(export.Token))
		return
	case directory == "":
		say("The files are at the server, %s. A data source with token = %q gives their addresses.", validity(export), export.Token)
		return
	}
	written, err := a.client.Download(ctx, export.Manifest.Files, directory, tellDownload(say))
	if err != nil {
		resp.Diagnostics.Append(errDownload(err, export, directory, written))
		return
	}
	say("Downloaded %s of the export %s to %s (%s in all). The export is %s.", count(len(written)), export.Token, directory, total(written), validity(export))
}

// directoryOf returns the absolute path of a directory that files can be written to, or "" when none is given. A relative one is
// of little use to whoever reads later what was told of it.
func directoryOf(argument types.String) (string, error) {
	directory := argument.ValueString()
	if directory == "" {
		return "", nil
	}
	if absolute, err := filepath.Abs(directory); err == nil {
		directory = absolute
	}
	return directory, vantage.PrepareDirectory(directory)
}
