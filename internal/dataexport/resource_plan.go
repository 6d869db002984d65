package dataexport

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It plans all that is computed: known after the apply for a new export,
// a resumed wait, or a renewal; as it is for anything else.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return // it is destroyed
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("manifest"), unknownManifest())...)
		return
	}
	var plan, state resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	seenAt := rememberedTime(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if life, tooLong := marginOutlasts(plan.RenewBeforeExpiry, state.Manifest); tooLong {
		resp.Diagnostics.Append(errMarginTooLong(life))
		return
	}
	switch {
	case isDue(plan.RenewBeforeExpiry, state.Manifest, seenAt):
		resp.Diagnostics.Append(warnRenewal(state.Token.ValueString(), state.Manifest, seenAt))
		plan.exported = unknownExport(types.StringUnknown())
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("token"))
	case !state.isCompleted() && !plan.WaitForCompletion.Equal(types.BoolValue(false)):
		// An earlier apply did not see the end of it: this one goes on waiting for the same export.
		plan.exported = unknownExport(state.Token)
	default:
		plan.exported = state.exported
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// isDue reports whether less than the margin was left of an export when the server was last asked.
func isDue(margin timetypes.GoDuration, manifest types.Object, seenAt time.Time) bool {
	m, ok := duration(margin)
	until, known := validUntil(manifest)
	return ok && known && !seenAt.IsZero() && until.Sub(seenAt) < max(m, 1)
}

// marginOutlasts returns how long an export is valid in all, and whether the margin is as long.
func marginOutlasts(margin timetypes.GoDuration, manifest types.Object) (time.Duration, bool) {
	m, ok := duration(margin)
	from, known1 := timeIn(manifest, "completed_at")
	until, known2 := timeIn(manifest, "valid_until")
	life := until.Sub(from)
	return life, ok && known1 && known2 && life > 0 && m >= life
}

func duration(d timetypes.GoDuration) (time.Duration, bool) {
	if d.IsNull() || d.IsUnknown() {
		return 0, false
	}
	value, diags := d.ValueGoDuration()
	return value, !diags.HasError()
}

func checkMargin(margin timetypes.GoDuration) diag.Diagnostics {
	var diags diag.Diagnostics
	if m, ok := duration(margin); ok && m < 0 {
		diags.AddAttributeError(path.Root("renew_before_expiry"), "The margin for renewal is negative", "Set a duration such as 2h, or 0s to renew an export as soon as it has expired.")
	}
	return diags
}

// Private state keeps what belongs to neither the configuration nor the export.

type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateStateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// seenAtKey holds when a refresh last asked the server. A plan goes by that rather than by the clock: Terraform plans twice, and a
// plan that came out differently the second time would be refused.
const seenAtKey = "seen_at"

func rememberTime(ctx context.Context, private privateStateWriter, now time.Time) diag.Diagnostics {
	text, _ := json.Marshal(now.UTC()) // a time of this century can be written as JSON
	return private.SetKey(ctx, seenAtKey, text)
}

func rememberedTime(ctx context.Context, private privateState, diags *diag.Diagnostics) (at time.Time) {
	text, d := private.GetKey(ctx, seenAtKey)
	diags.Append(d...)
	if json.Unmarshal(text, &at) != nil {
		return time.Time{}
	}
	return at
}
