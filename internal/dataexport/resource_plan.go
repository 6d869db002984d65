package dataexport

import (
	"context"
	"time"

	"terraform-provider-vantage/internal/argument"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It plans all that is computed: known after the apply for a new
// export, a resumed wait, or a renewal; as it is for anything else.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return // it is destroyed
	}
	if req.State.Raw.IsNull() {
		planned := r.definition.NewResource()
		resp.Diagnostics.Append(req.Plan.Get(ctx, planned)...)
		if resp.Diagnostics.HasError() {
			return
		}
		plan := planned.Part()
		plan.exported = unknownExport(types.StringUnknown()).withFileURLs(plan.StoreFileURLs)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
		return
	}
	planned, stored := r.definition.NewResource(), r.definition.NewResource()
	resp.Diagnostics.Append(req.Plan.Get(ctx, planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, stored)...)
	plan, state := planned.Part(), stored.Part()
	askedAt := seenAt.of(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if life, tooLong := marginOutlasts(plan.RenewBeforeExpiry, state.Manifest); tooLong {
		resp.Diagnostics.Append(errMarginTooLong(life))
		return
	}
	switch {
	case isDue(plan.RenewBeforeExpiry, state.Manifest, askedAt):
		// The plan shows the replacement; a warning for what is wanted would be in every run.
		until, _ := expiry(state.Manifest, askedAt)
		tflog.Info(ctx, "the export is due for renewal", map[string]any{
			"export":      state.Token.ValueString(),
			"valid_until": until.Format(time.RFC3339),
			"asked_at":    askedAt.Format(time.RFC3339),
		})
		plan.exported = unknownExport(types.StringUnknown()).withFileURLs(plan.StoreFileURLs)
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("token"))
	case !state.isCompleted() && !plan.WaitForCompletion.Equal(types.BoolValue(false)):
		// An earlier apply did not see the end of it: this one resumes the wait for the same export.
		plan.exported = unknownExport(state.Token).withFileURLs(plan.StoreFileURLs)
	case state.missingFileURLs(plan.StoreFileURLs) || plan.StoreFileURLs.IsUnknown():
		plan.exported = state.exported
		plan.Manifest = unknownManifest()
	default:
		plan.exported = state.exported.withFileURLs(plan.StoreFileURLs)
	}
	if until, expired := expiry(state.Manifest, askedAt); expired && req.Plan.Raw.Equal(req.State.Raw) {
		resp.Diagnostics.Append(r.warnExpired(state.Token.ValueString(), until))
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
}

// isDue reports whether less than the margin was left of an export when the server was last asked.
func isDue(margin types.String, manifest types.Object, askedAt time.Time) bool {
	m, ok := argument.Duration(margin)
	until, _ := expiry(manifest, askedAt)
	return ok && !until.IsZero() && !askedAt.IsZero() && until.Sub(askedAt) < max(m, 1)
}

// marginOutlasts returns how long an export is valid in all, and whether the margin is as long.
func marginOutlasts(margin types.String, manifest types.Object) (time.Duration, bool) {
	m, ok := argument.Duration(margin)
	from, known := timeIn(manifest, "completed_at")
	until, _ := expiry(manifest, from)
	life := until.Sub(from)
	return life, ok && known && !until.IsZero() && life > 0 && m >= life
}
