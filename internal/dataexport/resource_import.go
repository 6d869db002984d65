package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

var importing = operation{verb: "import"}

// ImportState implements resource.ResourceWithImportState. It takes the token alone; Terraform reads the rest right after.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("token"), path.Root("token"), req, resp)
	var token types.String
	resp.Diagnostics.Append(resp.State.GetAttribute(ctx, path.Root("token"), &token)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !vantage.ValidToken(token.ValueString()) {
		resp.Diagnostics.AddError(importing.summary(), "An export is imported by its token, which consists of letters, digits, underscores and hyphens, such as dta_xprt_964b2adb9bff37fb.")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("wait_for_completion"), true)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, importKey, []byte(justImported))...)
}

// importKey marks an export that was imported. In the first plan after that, what the API did not tell of how it was asked for is taken
// over from the configuration, since it cannot be compared. Its dates stay in the API's own spelling for good.
const (
	importKey    = "import"
	justImported = `"just imported"`
	refreshed    = `"refreshed"` // since; "terraform import" is followed by one refresh before the first plan
	takenOver    = `"taken over"`
)

func importStage(ctx context.Context, private privateState, diags *diag.Diagnostics) string {
	text, d := private.GetKey(ctx, importKey)
	diags.Append(d...)
	return string(text)
}

func takesOver(stage string) bool { return stage == justImported || stage == refreshed }

// fillFrom sets the arguments that are null to what the API tells of the export.
func (a *arguments) fillFrom(attributes map[string]any) {
	for name, argument := range map[string]*types.String{
		"report_token": &a.CostReportToken, "start_date": &a.StartDate, "end_date": &a.EndDate, "date_bin": &a.DateBin,
	} {
		if text, ok := attributes[name].(string); ok && argument.IsNull() {
			*argument = textOrNull(text)
		}
	}
}

// replaces is the plan modifier of the arguments that say what is exported: another value means another export.
type replaces struct{}

func (replaces) Description(context.Context) string { return "Another value makes a new export." }

func (m replaces) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (replaces) PlanModifyString(ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() || req.PlanValue.Equal(req.StateValue) {
		return
	}
	stage := importStage(ctx, req.Private, &resp.Diagnostics)
	switch {
	case stage != "" && sameDate(req.PlanValue, req.StateValue):
		resp.PlanValue = req.StateValue
	case takesOver(stage) && (req.PlanValue.IsNull() || req.StateValue.IsNull()):
	default:
		resp.RequiresReplace = true
	}
}

func (replaces) PlanModifyMap(ctx context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() || req.PlanValue.Equal(req.StateValue) {
		return
	}
	resp.RequiresReplace = !req.StateValue.IsNull() || !takesOver(importStage(ctx, req.Private, &resp.Diagnostics))
}

// sameDate reports whether both are dates and begin in the same moment.
func sameDate(a, b types.String) bool {
	first1, _, err1 := parseDate(a.ValueString())
	first2, _, err2 := parseDate(b.ValueString())
	return err1 == nil && err2 == nil && first1.Equal(first2)
}
