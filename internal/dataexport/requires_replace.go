package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// requiresReplace is the plan modifier of the arguments that define what is exported: a changed value forces
// replacement. After an import it allows values to be adopted from the configuration.
type requiresReplace struct{}

var (
	_ planmodifier.String = requiresReplace{}
	_ planmodifier.List   = requiresReplace{}
	_ planmodifier.Map    = requiresReplace{}
	_ planmodifier.Object = requiresReplace{}
)

func (requiresReplace) Description(context.Context) string {
	return "Another value makes a new export."
}

func (m requiresReplace) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

// change is what the framework tells of an attribute, whatever its type.
type change struct {
	state   tfsdk.State
	plan    tfsdk.Plan
	private privateReader
	before  attr.Value
	after   attr.Value
}

// decide returns whether the change means a new export, and whether the value in the state is kept instead.
func (c change) decide(ctx context.Context, diags *diag.Diagnostics) (replace, keep bool) {
	if c.state.Raw.IsNull() || c.plan.Raw.IsNull() || c.after.Equal(c.before) {
		return false, false
	}
	stage := importStageOf(ctx, c.private, diags)
	if stage != notImported && sameDate(c.after, c.before) {
		return false, true
	}
	return !stage.takesOver() || !c.after.IsNull() && !c.before.IsNull(), false
}

func (requiresReplace) PlanModifyString(
	ctx context.Context,
	req planmodifier.StringRequest,
	resp *planmodifier.StringResponse,
) {
	var keep bool
	resp.RequiresReplace, keep = change{req.State, req.Plan, req.Private, req.StateValue, req.PlanValue}.
		decide(ctx, &resp.Diagnostics)
	if keep {
		resp.PlanValue = req.StateValue
	}
}

func (requiresReplace) PlanModifyList(
	ctx context.Context,
	req planmodifier.ListRequest,
	resp *planmodifier.ListResponse,
) {
	resp.RequiresReplace, _ = change{req.State, req.Plan, req.Private, req.StateValue, req.PlanValue}.
		decide(ctx, &resp.Diagnostics)
}

func (requiresReplace) PlanModifyMap(ctx context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	resp.RequiresReplace, _ = change{req.State, req.Plan, req.Private, req.StateValue, req.PlanValue}.
		decide(ctx, &resp.Diagnostics)
}

func (requiresReplace) PlanModifyObject(
	ctx context.Context,
	req planmodifier.ObjectRequest,
	resp *planmodifier.ObjectResponse,
) {
	resp.RequiresReplace, _ = change{req.State, req.Plan, req.Private, req.StateValue, req.PlanValue}.
		decide(ctx, &resp.Diagnostics)
}

const aboutReplacing = " Changing it makes a new export."

// withRequiresReplace returns the arguments of a kind as the resource has them.
func withRequiresReplace(arguments map[string]schema.Attribute) map[string]schema.Attribute {
	out := map[string]schema.Attribute{}
	for name, argument := range arguments {
		switch a := argument.(type) {
		case schema.StringAttribute:
			a.MarkdownDescription += aboutReplacing
			a.PlanModifiers = []planmodifier.String{requiresReplace{}}
			out[name] = a
		case schema.ListAttribute:
			a.MarkdownDescription += aboutReplacing
			a.PlanModifiers = []planmodifier.List{requiresReplace{}}
			out[name] = a
		default:
			panic("no export has an argument of such a type: " + name)
		}
	}
	return out
}
