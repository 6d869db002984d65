package dataexport

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/diagnostics"
)

// ModifyPlan decides what replaces the export, and plans what the API reports: unknown for a new export, a resumed wait
// and a renewal, and the prior state for everything else.
func (r *exportResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
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
	plan.planExported(state)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
	if len(adopted) > 0 && len(resp.RequiresReplace) == 0 {
		resp.Diagnostics.Append(diagnostics.ImportNotCompared.Warning(diagnostics.Values{
			"noun": r.definition.Noun, "names": strings.Join(adopted, ", "),
		}))
	}
	if state.isMarginTooLong(plan.RenewBeforeExpiry) {
		resp.Diagnostics.Append(warnMarginTooLong(state, plan.RenewBeforeExpiry.ValueString()))
	}

	// A renewal is planned only if nothing else changes: Terraform plans an update again during the apply, when the clock
	// can decide differently. An unknown option counts as unchanged, because the second plan is a no-op if it is.
	// One case remains that no provider can solve: a plan has an unknown option, and the export becomes due between plan
	// and apply. The apply then fails with "inconsistent final plan", and planning again helps.
	settled, margin := resp.Plan, plan.RenewBeforeExpiry
	if plan.settleOptions(state) {
		margin = plan.RenewBeforeExpiry
		plan.planExported(state)
		resp.Diagnostics.Append(settled.Set(ctx, planned)...)
		resp.Diagnostics.Append(resp.Plan.Get(ctx, planned)...)
	}
	if settled.Raw.Equal(req.State.Raw) && state.isDue(margin, acceptedAt, time.Now()) {
		plan.setUnknown(types.StringUnknown())
		resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
		resp.RequiresReplace = append(resp.RequiresReplace, state.expiryPath())
	}
}

// planExported plans what the API reports: the prior state, unless the apply polls the export or requests its URLs.
func (p *ResourcePart) planExported(state *ResourcePart) {
	switch {
	case !state.isCompleted() && !p.WaitForCompletion.Equal(types.BoolValue(false)):
		p.setUnknown(state.Token)
	case state.missingFileURLs(p.StoreFileURLs) || p.StoreFileURLs.IsUnknown():
		p.exported = state.exported
		p.Manifest = withURLsOf(state.Manifest, unknownManifest())
	default:
		p.exported = state.exported.withFileURLs(p.StoreFileURLs)
	}
}

// settleOptions gives the arguments that are not sent to the API and are unknown their value in state. It reports
// whether there are any.
func (p *ResourcePart) settleOptions(state *ResourcePart) (unknown bool) {
	if p.WaitForCompletion.IsUnknown() {
		p.WaitForCompletion, unknown = state.WaitForCompletion, true
	}
	if p.StoreFileURLs.IsUnknown() {
		p.StoreFileURLs, unknown = state.StoreFileURLs, true
	}
	if p.RenewBeforeExpiry.IsUnknown() {
		p.RenewBeforeExpiry, unknown = state.RenewBeforeExpiry, true
	}
	for _, timeout := range p.Timeouts.Attributes() {
		if timeout.IsUnknown() {
			p.Timeouts, unknown = state.Timeouts, true
		}
	}
	return unknown
}

// planReplacement forces replacement if an argument that defines the export changes. For an imported export it returns
// the names of the arguments that the API does not report, which are adopted in place.
func (r *exportResource) planReplacement(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) (adopted []string) {
	changes, diags := r.definition.changes(ctx, req.State, req.Plan)
	resp.Diagnostics.Append(diags...)
	if isImported(ctx, req.Private, &resp.Diagnostics) {
		changes, adopted = compareImport(changes)
	}
	for _, c := range changes {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root(c.name))
	}
	return adopted
}
