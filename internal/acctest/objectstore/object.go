package main

import (
	"context"
	"errors"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// object is a resource type that uploads a file. The fields are how the types differ.
type object struct {
	typeName string
	// container and name are the arguments that identify an object.
	container, name string
	// hash is an argument whose change uploads the file again, and required another argument; "" if there is none.
	hash, required string
	// replacedBySource is set if another source replaces the object.
	replacedBySource bool
	// comparesFile is set if each plan without a hash compares the local file with the object. A missing file differs.
	comparesFile bool
	// rejectsExisting is set if an object that already exists is an error.
	rejectsExisting bool

	store store
}

var _ interface {
	resource.ResourceWithConfigure
	resource.ResourceWithModifyPlan
} = (*object)(nil)

// objectMD5 is the attribute that holds the MD5 of the object as stored.
const objectMD5 = "detect_md5hash"

func (o *object) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = o.typeName
}

func (o *object) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	o.store, _ = req.ProviderData.(store)
}

func (o *object) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replaces := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	source := schema.StringAttribute{Required: true}
	if o.replacedBySource {
		source.PlanModifiers = replaces
	}
	resp.Schema.Attributes = map[string]schema.Attribute{
		o.container: schema.StringAttribute{Required: true, PlanModifiers: replaces},
		o.name:      schema.StringAttribute{Required: true, PlanModifiers: replaces},
		"source":    source,
		objectMD5:   schema.StringAttribute{Computed: true},
	}
	if o.required != "" {
		resp.Schema.Attributes[o.required] = schema.StringAttribute{Required: true, PlanModifiers: replaces}
	}
	if o.hash != "" {
		resp.Schema.Attributes[o.hash] = schema.StringAttribute{Optional: true}
	}
}

// ModifyPlan plans an update if the file differs from the object.
func (o *object) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !o.comparesFile || req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return
	}
	var hash, source, stored types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(o.hash), &hash)...)
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("source"), &source)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(objectMD5), &stored)...)
	if hash.IsNull() && !source.IsUnknown() && md5Of(source.ValueString()) != stored.ValueString() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(objectMD5), types.StringUnknown())...)
	}
}

// Create leaves nothing in the state if the upload fails.
func (o *object) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	state := tfsdk.State{Schema: req.Plan.Schema, Raw: req.Plan.Raw.Copy()}
	if _, err := os.Stat(o.object(ctx, state, &resp.Diagnostics)); err == nil && o.rejectsExisting {
		resp.Diagnostics.AddError("The object already exists", "Import it.")
		return
	}
	if o.upload(ctx, &state, &resp.Diagnostics); !resp.Diagnostics.HasError() {
		resp.State.Raw = state.Raw
	}
}

func (o *object) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	file := o.object(ctx, req.State, &resp.Diagnostics)
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		resp.State.RemoveResource(ctx)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(objectMD5), md5Of(file))...)
}

// Update stores the new arguments even if the upload fails, as a provider of terraform-plugin-sdk does.
func (o *object) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw.Copy()
	o.upload(ctx, &resp.State, &resp.Diagnostics)
}

func (o *object) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	if err := os.Remove(o.object(ctx, req.State, &resp.Diagnostics)); err != nil {
		resp.Diagnostics.AddError("Could not delete the object", err.Error())
	}
}

// object returns the path of the object that a state describes.
func (o *object) object(ctx context.Context, state tfsdk.State, diags *diag.Diagnostics) string {
	var container, name string
	diags.Append(state.GetAttribute(ctx, path.Root(o.container), &container)...)
	diags.Append(state.GetAttribute(ctx, path.Root(o.name), &name)...)
	return o.store.path(o.typeName, container, name)
}

// upload uploads the source of an object and completes its state.
func (o *object) upload(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics) {
	var source string
	diags.Append(state.GetAttribute(ctx, path.Root("source"), &source)...)
	file := o.object(ctx, *state, diags)
	if err := o.store.upload(source, file); err != nil {
		diags.AddError("Could not upload the file", err.Error())
	}
	diags.Append(state.SetAttribute(ctx, path.Root(objectMD5), md5Of(file))...)
}
