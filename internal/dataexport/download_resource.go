package dataexport

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

var (
	_ resource.ResourceWithConfigure  = (*downloadResource)(nil)
	_ resource.ResourceWithModifyPlan = (*downloadResource)(nil)
)

// NewDownloadResource returns the resource vantage_data_export_download.
func NewDownloadResource() resource.Resource {
	return &downloadResource{providerdata.Resource{Name: "data_export_download"}}
}

// downloadResource downloads the files of an existing export when it is created. A refresh does not look at the files
// unless verify_files is set, because the disk of a CI runner is discarded.
type downloadResource struct{ providerdata.Resource }

type downloadResourceModel struct {
	DownloadPart
	ID          types.String `tfsdk:"id"`
	Triggers    types.Map    `tfsdk:"triggers"`
	VerifyFiles types.Bool   `tfsdk:"verify_files"`
	ValidUntil  types.String `tfsdk:"valid_until"`
	Files       types.List   `tfsdk:"files"`
	Timeouts    types.Object `tfsdk:"timeouts"`
}

func (r *downloadResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	const again = " Changing this downloads the files again."
	attributes := map[string]schema.Attribute{
		"triggers": schema.MapAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Arbitrary strings, such as the ID of the run." + again,
			PlanModifiers:       []planmodifier.Map{mapplanmodifier.RequiresReplace()},
		},
		"verify_files": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether a refresh compares the files on disk with the download. If they differ and the " +
				"export is valid, the next apply downloads them again. Defaults to `false`.",
		},
		"id": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Same as `token`.",
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"valid_until": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Expiry of the export as an ISO 8601 time. Null if the API does not report it.",
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"files": schema.ListAttribute{
			Computed:    true,
			ElementType: downloadedFileType,
			MarkdownDescription: "Files in the order of the export: `name`, `path` (absolute, on the machine that downloaded " +
				"them), `size` in bytes, `sha256` (hexadecimal). Empty for an empty export.",
			PlanModifiers: []planmodifier.List{listplanmodifier.UseStateForUnknown()},
		},
	}
	for name, argument := range downloadAttributes(again) {
		argument.PlanModifiers = []planmodifier.String{stringplanmodifier.RequiresReplace()}
		attributes[name] = argument
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: `Downloads the files of an existing data export once, when the resource is created or replaced.
State stores no pre-signed URLs. Destroying the resource keeps the files.`,
		Attributes: attributes,
		Blocks: resourceBlocks(timeoutsBlock(map[string]string{
			"create": "Timeout for waiting for the export and downloading its files. Defaults to `30m`.",
		})),
	}
}

// ModifyPlan warns about a replacement that will fail because the export has expired. It is a warning because Terraform
// plans before a destroy as well.
func (r *downloadResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return
	}
	var state, plan downloadResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	replaced := !plan.Directory.Equal(state.Directory) || !plan.FilenamePrefix.Equal(state.FilenamePrefix) ||
		!plan.Triggers.Equal(state.Triggers)
	until, known := vantage.ParseTime(state.ValidUntil.ValueString())
	if replaced && plan.Token.Equal(state.Token) && known && hasPassed(until, time.Now()) {
		resp.Diagnostics.Append(diagnostics.DownloadWillFail.Warning(diagnostics.Values{
			"token": state.Token.ValueString(), "expiry": until.Format(time.RFC3339),
		}))
	}
}

// Create stores nothing if the download fails, so that the next apply starts again.
func (r *downloadResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan downloadResourceModel
	const op = diagnostics.DownloadResource
	resp.Diagnostics.Append(providerdata.Decode(ctx, r.Client, op, diagnostics.Existing, req.Plan, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(plan.Timeouts, "create", defaultTimeout))
	defer cancel()
	export, files, diags := fetch(ctx, r.Data, op, plan.DownloadPart, func(string, ...any) {})
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ID, plan.ValidUntil = plan.Token, textOrNull(export.Manifest.ValidUntil)
	downloaded := []downloadedFile{}
	for _, f := range files {
		downloaded = append(downloaded, downloadedFile(f))
	}
	plan.Files, diags = types.ListValueFrom(ctx, downloadedFileType, downloaded)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Read sends no request. If files have to be downloaded again, it removes the resource from state. It does so only if
// the export is known to be valid, because the download would fail otherwise.
func (r *downloadResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state downloadResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !state.VerifyFiles.ValueBool() {
		return
	}
	var files []downloadedFile
	resp.Diagnostics.Append(state.Files.ElementsAs(ctx, &files, false)...)
	started := time.Now()
	for _, f := range files {
		err := f.verify(ctx)
		if ctx.Err() != nil {
			ended := vantage.Ended(ctx.Err(), nil)
			ended.Token = state.Token.ValueString()
			ended.Measure(ctx, started)
			resp.Diagnostics.Append(diagnostics.Failure(diagnostics.Refresh, diagnostics.Existing, ended))
			return
		}
		if err != nil {
			resp.Diagnostics.Append(state.warnChanged(fmt.Sprintf("The file %s %v.", f.Path, err)))
			if state.isValid() {
				resp.State.RemoveResource(ctx)
			}
			return
		}
	}
}

// isValid reports whether the export is known to be valid.
func (m downloadResourceModel) isValid() bool {
	until, ok := vantage.ParseTime(m.ValidUntil.ValueString())
	return ok && time.Now().Before(until)
}

func (m downloadResourceModel) warnChanged(cause string) diag.Diagnostic {
	until := m.ValidUntil.ValueString()
	values := diagnostics.Values{"cause": cause, "token": m.Token.ValueString(), "expiry": until}
	switch {
	case m.isValid():
		return diagnostics.FilesChanged.Warning(values)
	case until == "":
		return diagnostics.FilesChangedUnknown.Warning(values)
	}
	return diagnostics.FilesChangedTooLate.Warning(values)
}

// Update stores arguments that do not change the files.
func (r *downloadResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan downloadResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete keeps the files.
func (r *downloadResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}
