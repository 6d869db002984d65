package dataexport

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides what replaces the export, and plans what the API
// reports: unknown for a new export, a resumed wait and a renewal, and the prior state for everything else.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return // destroy
	}
	planned := r.definition.NewResource()
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, planned)...)
		if !resp.Diagnostics.HasError() {
			planned.Part().setUnknown(types.StringUnknown())
			resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
		}
		return
	}
	adopted := r.planReplacement(ctx, req, resp)
	stored := r.definition.NewResource()
	resp.Diagnostics.Append(resp.Plan.Get(ctx, planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, stored)...)
	acceptedAt := acceptedAtOf(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	plan, state := planned.Part(), stored.Part()
	switch {
	case !state.isCompleted() && !plan.WaitForCompletion.Equal(types.BoolValue(false)):
		plan.setUnknown(state.Token) // the apply resumes polling the same export
	case state.missingFileURLs(plan.StoreFileURLs) || plan.StoreFileURLs.IsUnknown():
		plan.exported = state.exported
		plan.Manifest = withURLsOf(state.Manifest, unknownManifest())
	default:
		plan.exported = state.exported.withFileURLs(plan.StoreFileURLs)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
	if len(adopted) > 0 && len(resp.RequiresReplace) == 0 {
		resp.Diagnostics.Append(r.warnAdopted(adopted, !state.isCompleted()))
	}
	if state.outlastedBy(plan.RenewBeforeExpiry) {
		resp.Diagnostics.Append(warnMarginTooLong(plan.RenewBeforeExpiry.ValueString(), state.validity()))
	}

	// Only if nothing else changes: core plans an update again during the apply, when the clock can decide differently.
	isNoOp := resp.Plan.Raw.Equal(req.State.Raw)
	if isNoOp && state.isDue(plan.RenewBeforeExpiry, acceptedAt, time.Now()) {
		plan.setUnknown(types.StringUnknown())
		resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
		resp.RequiresReplace = append(resp.RequiresReplace, state.expiryPath())
	}
}

// planReplacement forces replacement if an argument that defines the export changes. The arguments of an imported
// export are compared by meaning with what the API reports. It returns the names of those that the API does not report,
// which are adopted in place.
func (r *Resource) planReplacement(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) (adopted []string) {
	changes, diags := r.definition.changes(ctx, req.State, req.Plan)
	resp.Diagnostics.Append(diags...)
	imported := importStageOf(ctx, req.Private, &resp.Diagnostics)
	for _, c := range changes {
		at, comparison := path.Root(c.name), argument.Compare(c.name, c.before, c.after)
		_, isObject := c.before.(types.Object)
		switch {
		case imported == notImported || comparison == argument.Different:
			resp.RequiresReplace = append(resp.RequiresReplace, at)
		case comparison == argument.Unreported && imported == importAdopted:
			resp.RequiresReplace = append(resp.RequiresReplace, at)
		case comparison == argument.Unreported:
			adopted = append(adopted, c.name)
		case !c.after.IsNull() && !isObject:
			// Terraform accepts the prior value of an argument, but not of an argument that the configuration omits.
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, c.before)...)
		}
	}
	return adopted
}

// change is an argument that defines the export and has a new value.
type change struct {
	name          string
	before, after attr.Value
}

// changes returns the arguments that define the export and differ.
func (d Definition) changes(ctx context.Context, before tfsdk.State, after tfsdk.Plan) ([]change, diag.Diagnostics) {
	var changes []change
	var diags diag.Diagnostics
	for _, name := range d.replacing() {
		c := change{name: name}
		diags.Append(before.GetAttribute(ctx, path.Root(name), &c.before)...)
		diags.Append(after.GetAttribute(ctx, path.Root(name), &c.after)...)
		if !diags.HasError() && !c.after.Equal(c.before) {
			changes = append(changes, c)
		}
	}
	return changes, diags
}
