package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// replaces is the plan modifier of the arguments that say what is exported: another value means another export. After
// an import it lets values be taken over from the configuration.
type replaces struct{}

var (
	_ planmodifier.String = replaces{}
	_ planmodifier.List   = replaces{}
	_ planmodifier.Map    = replaces{}
	_ planmodifier.Object = replaces{}
)

func (replaces) Description(context.Context) string { return "Another value makes a new export." }

func (m replaces) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

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

func (replaces) PlanModifyString(
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

func (replaces) PlanModifyList(ctx context.Context, req planmodifier.ListRequest, resp *planmodifier.ListResponse) {
	resp.RequiresReplace, _ = change{req.State, req.Plan, req.Private, req.StateValue, req.PlanValue}.
		decide(ctx, &resp.Diagnostics)
}

func (replaces) PlanModifyMap(ctx context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	resp.RequiresReplace, _ = change{req.State, req.Plan, req.Private, req.StateValue, req.PlanValue}.
		decide(ctx, &resp.Diagnostics)
}

func (replaces) PlanModifyObject(
	ctx context.Context,
	req planmodifier.ObjectRequest,
	resp *planmodifier.ObjectResponse,
) {
	resp.RequiresReplace, _ = change{req.State, req.Plan, req.Private, req.StateValue, req.PlanValue}.
		decide(ctx, &resp.Diagnostics)
}

const aboutReplacing = " Changing it makes a new export."

// thatReplace returns the arguments of a kind as the resource has them.
func thatReplace(arguments map[string]schema.Attribute) map[string]schema.Attribute {
	out := map[string]schema.Attribute{}
	for name, argument := range arguments {
		switch a := argument.(type) {
		case schema.StringAttribute:
			a.MarkdownDescription += aboutReplacing
			a.PlanModifiers = []planmodifier.String{replaces{}}
			out[name] = a
		case schema.ListAttribute:
			a.MarkdownDescription += aboutReplacing
			a.PlanModifiers = []planmodifier.List{replaces{}}
			out[name] = a
		default:
			panic("no export has an argument of such a type: " + name)
		}
	}
	return out
}
