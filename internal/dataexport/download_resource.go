package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/vantage"
)

var _ resource.ResourceWithConfigure = (*DownloadResource)(nil)

// NewDownloadResource returns the resource vantage_data_export_download.
func NewDownloadResource() resource.Resource { return &DownloadResource{} }

// DownloadResource downloads the files of an export once, when it is created. It never looks for them again: the disk
// of a CI runner is thrown away, and a missing file is no change.
type DownloadResource struct{ configured }

type downloadResourceModel struct {
	ID        types.String `tfsdk:"id"`
	Token     types.String `tfsdk:"token"`
	Directory types.String `tfsdk:"directory"`
	Triggers  types.Map    `tfsdk:"triggers"`
	Files     types.List   `tfsdk:"files"`
	Timeouts  types.Object `tfsdk:"timeouts"`
}

var downloadedFileTypes = map[string]attr.Type{
	"name":   types.StringType,
	"path":   types.StringType,
	"size":   types.Int64Type,
	"sha256": types.StringType,
}

// Metadata implements resource.Resource.
func (r *DownloadResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_data_export_download"
}

// Configure implements resource.ResourceWithConfigure.
func (r *DownloadResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	resp.Diagnostics.Append(r.configure(req.ProviderData)...)
}

// Schema implements resource.Resource.
func (r *DownloadResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Downloads the files of a data export that exists, of any kind, **once: when it is created or " +
			"replaced**. No pre-signed URL is in its state. It never looks for the files again, since the disk of a CI " +
			"runner is " +
			"thrown away: a missing file is no change, and destroying it deletes nothing. It is for OpenTofu, and for " +
			"Terraform " +
			"before 1.14; from 1.14 on the action of the same name downloads without a place in the state, unless other " +
			"resources need the paths.",
		Attributes: mergeMaps(withRequiresReplaceAlways(map[string]schema.StringAttribute{
			"token":     tokenAttribute("The export is of any kind. Another one is downloaded anew."),
			"directory": directoryAttribute(true, " Another one is downloaded to anew."),
		}), downloadedAttributes()),
		Blocks: resourceBlocks(nil, timeoutsBlock(map[string]string{
			"create": "How long waiting for the export and downloading its files may take in all, as a duration such as " +
				"`45m`. " +
				"Default: `30m`.",
		})),
	}
}

// withRequiresReplaceAlways returns arguments whose change means another download.
func withRequiresReplaceAlways(arguments map[string]schema.StringAttribute) map[string]schema.Attribute {
	out := map[string]schema.Attribute{}
	for name, argument := range arguments {
		argument.PlanModifiers = []planmodifier.String{stringplanmodifier.RequiresReplace()}
		out[name] = argument
	}
	return out
}

func downloadedAttributes() map[string]schema.Attribute {
	computed := func(about string) schema.StringAttribute {
		return schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: about,
		}
	}
	return map[string]schema.Attribute{
		"triggers": schema.MapAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Any strings. When one of them changes, the files are downloaded again. Default: none.",
			PlanModifiers:       []planmodifier.Map{mapplanmodifier.RequiresReplace()},
		},
		"id": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The same as `token`.",
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"files": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The files as they were downloaded, in the order of the export. Empty for an empty export.",
			PlanModifiers:       []planmodifier.List{listplanmodifier.UseStateForUnknown()},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"name": computed("Name of the file in the directory."),
				"path": computed("Absolute path of the file, for a resource that uploads it in the same apply."),
				"size": schema.Int64Attribute{
					Computed:            true,
					MarkdownDescription: "Size in bytes.",
				},
				"sha256": computed("SHA-256 of the file, in lower-case hexadecimal digits."),
			}},
		},
	}
}

func (r *DownloadResource) downloading() operation {
	return existing("`create` in the resource's timeouts block", "Apply again to download the files.")
}

// Create implements resource.Resource. A download that fails leaves nothing in the state: the next apply begins it
// anew.
func (r *DownloadResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan downloadResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.client == nil {
		resp.Diagnostics.Append(r.downloading().errNotConfigured())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(plan.Timeouts, "create", defaultTimeout))
	defer cancel()
	known := vantage.DataExport{Token: plan.Token.ValueString()}
	written, diags := r.downloading().fetch(ctx, r.client, known, plan.Directory, func(string, ...any) {})
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ID, plan.Files = plan.Token, filesValue(written)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func filesValue(files []vantage.File) types.List {
	values := make([]attr.Value, len(files))
	for i, f := range files {
		values[i] = types.ObjectValueMust(downloadedFileTypes, map[string]attr.Value{
			"name":   types.StringValue(f.Name),
			"path":   types.StringValue(f.Path),
			"size":   types.Int64Value(f.Size),
			"sha256": types.StringValue(f.SHA256),
		})
	}
	return types.ListValueMust(types.ObjectType{AttrTypes: downloadedFileTypes}, values)
}

// Read implements resource.Resource. The state stays as it is, without a request and without a look at the disk.
func (r *DownloadResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update implements resource.Resource. Only the timeouts can be updated.
func (r *DownloadResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan downloadResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete implements resource.Resource. It forgets the download, and the files stay where they are.
func (r *DownloadResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}
