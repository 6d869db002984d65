package dataexport

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/vantage"
)

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

const (
	// defaultTimeout is how long an export may take: to be accepted, and to be completed.
	defaultTimeout = 30 * time.Minute
	// defaultReadTimeout is how long a refresh goes on trying.
	defaultReadTimeout = 5 * time.Minute
)

// Resource is an export of one kind that lives in the state: made once, waited for, and forgotten when it is destroyed.
// Definitions.Resources makes it.
type Resource struct {
	configured
	definition  Definition
	definitions Definitions
}

// ResourcePart is what the resources of all definitions have beside a kind's arguments.
type ResourcePart struct {
	exported
	Triggers          types.Map    `tfsdk:"triggers"`
	WaitForCompletion types.Bool   `tfsdk:"wait_for_completion"`
	StoreFileURLs     types.Bool   `tfsdk:"store_file_urls"`
	RenewBeforeExpiry types.String `tfsdk:"renew_before_expiry"`
	Timeouts          types.Object `tfsdk:"timeouts"`
}

// Part returns the part itself, from the model that it is embedded in.
func (p *ResourcePart) Part() *ResourcePart { return p }

// Metadata implements resource.Resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.definition.Name
}

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	resp.Diagnostics.Append(r.configure(req.ProviderData)...)
}

// Schema implements resource.Resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.definition.resourceSchema()
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *Resource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	config := r.definition.NewResource()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.Validate()...)
	}
}

// Create implements resource.Resource.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := r.definition.NewResource()
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.client == nil {
		resp.Diagnostics.Append(r.creating().errNotConfigured())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(plan.Part().Timeouts, "create", defaultTimeout))
	defer cancel()

	export, err := r.client.CreateDataExport(ctx, plan.Request())
	if err != nil {
		resp.Diagnostics.Append(r.creating().failure(err))
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{types.StringValue(export.Token)})...)
	resp.Diagnostics.Append(acceptedAt.save(ctx, resp.Private, export.AcceptedAt)...)
	plan.Part().exported = newExported(export)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	if resp.Diagnostics.HasError() || !plan.Part().WaitForCompletion.ValueBool() {
		return
	}
	resp.Diagnostics.Append(r.await(ctx, r.creating(), plan, export, &resp.State)...)
}

// Read implements resource.Resource.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	model := r.definition.NewResource()
	resp.Diagnostics.Append(req.State.Get(ctx, model)...)
	stage := importStageOf(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	state := model.Part()
	token := state.Token.ValueString()
	// Before anything can fail: Terraform older than 1.12 cannot do without.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{state.Token})...)
	if r.client == nil {
		resp.Diagnostics.Append(r.warnNotRefreshed(token))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(state.Timeouts, "read", defaultReadTimeout))
	defer cancel()

	export, err := r.client.GetDataExport(ctx, &vantage.DataExport{
		Token: token, AcceptedAt: acceptedAt.of(ctx, req.Private, &resp.Diagnostics),
	})
	o := r.refreshing()
	if stage == importBegun {
		o = r.importing()
	}
	var e *vantage.Error
	switch {
	case errors.As(err, &e) && e.NotFound() && stage != importBegun:
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.Append(o.failure(err))
		return
	case export.Failed() && stage == importBegun:
		resp.Diagnostics.Append(o.failure(&vantage.Error{
			Kind: vantage.ExportFailed, Token: token, Status: export.Status, Messages: export.Messages,
		}))
		return
	case export.Failed():
		resp.Diagnostics.Append(r.warnFailed(export))
		resp.State.RemoveResource(ctx)
		return
	}
	now := asOf(export)
	stored := state.Manifest
	state.exported = newExported(export).withFileURLs(state.StoreFileURLs)
	if keepsURLs(stored, state.Manifest, now, state.RenewBeforeExpiry) {
		state.Manifest = stored
	}
	if stage.takesOver() {
		attributes, _ := decodeAttributes(export.Attributes)
		model.SetFromImport(attributes)
	}
	if stage == importBegun {
		resp.Diagnostics.Append(r.checkKind(export)...)
		resp.Diagnostics.Append(o.warnIgnoredFields(export)...)
	}
	resp.Diagnostics.Append(stage.next().save(ctx, resp.Private)...)
	resp.Diagnostics.Append(seenAt.save(ctx, resp.Private, now)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// Update implements resource.Resource. The API sees nothing of what can be updated; what is left to do is to wait for
// an export that an earlier apply left pending, and to ask for URLs that are to be stored from now on.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	model, stored := r.definition.NewResource(), r.definition.NewResource()
	resp.Diagnostics.Append(req.Plan.Get(ctx, model)...)
	resp.Diagnostics.Append(req.State.Get(ctx, stored)...)
	stage := importStageOf(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	plan, state := model.Part(), stored.Part()
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{state.Token})...)
	if stage.takesOver() {
		resp.Diagnostics.Append(importTakenOver.save(ctx, resp.Private)...)
	}
	plan.exported = state.exported.withFileURLs(plan.StoreFileURLs)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	o := r.resuming()
	switch {
	case state.missingFileURLs(plan.StoreFileURLs):
		o = r.fetching()
	case state.isCompleted() || !plan.WaitForCompletion.ValueBool():
		return
	}
	if r.client == nil {
		resp.Diagnostics.Append(o.errNotConfigured())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(plan.Timeouts, "update", defaultTimeout))
	defer cancel()
	export := &vantage.DataExport{
		Token: state.Token.ValueString(), AcceptedAt: acceptedAt.of(ctx, req.Private, &resp.Diagnostics),
	}
	resp.Diagnostics.Append(r.await(ctx, o, model, export, &resp.State)...)
}

// Delete implements resource.Resource. The API has no delete, and exports expire by themselves: it is only forgotten.
func (r *Resource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// await waits for an export that the state has as pending, and saves what has become of it.
func (r *Resource) await(
	ctx context.Context, o operation, model ResourceModel, export *vantage.DataExport, state *tfsdk.State,
) diag.Diagnostics {
	var diags diag.Diagnostics
	plan := model.Part()
	export, err := r.client.WaitForDataExport(ctx, export, nil)
	var e *vantage.Error
	switch {
	case err == nil:
		plan.exported = newExported(export).withFileURLs(plan.StoreFileURLs)
		diags.Append(state.Set(ctx, model)...)
		diags.Append(o.warnIgnoredFields(export)...)
		if len(export.Manifest.Files) == 0 {
			diags.Append(o.warnNoFiles(export.Token))
		}
		if life, tooLong := marginOutlasts(plan.RenewBeforeExpiry, plan.Manifest); tooLong {
			diags.Append(warnMarginTooLong(life))
		}
	case errors.As(err, &e) && e.Kind == vantage.Interrupted:
		// An error would taint, and the export would be lost with the next apply.
		diags.Append(o.warnInterrupted(export.Token))
	case errors.As(err, &e) && e.Kind == vantage.ExportFailed && o.creates:
		state.RemoveResource(ctx)
		diags.Append(o.failure(err))
	default:
		diags.Append(o.failure(err))
	}
	return diags
}
