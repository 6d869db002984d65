package dataexport

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

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

// NewResource returns the resource vantage_unit_cost_export.
func NewResource() resource.Resource { return &Resource{} }

// Resource is an export that lives in the state: made once, waited for, and forgotten when it is destroyed.
type Resource struct {
	client *vantage.Client // nil when the provider's configuration is not known yet
}

type resourceModel struct {
	arguments
	exported
	Triggers          types.Map            `tfsdk:"triggers"`
	WaitForCompletion types.Bool           `tfsdk:"wait_for_completion"`
	RenewBeforeExpiry timetypes.GoDuration `tfsdk:"renew_before_expiry"`
	Timeouts          timeouts.Value       `tfsdk:"timeouts"`
}

// identityModel is what names an export beyond one configuration.
type identityModel struct {
	Token types.String `tfsdk:"token"`
}

// Metadata implements resource.Resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_unit_cost_export"
}

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.client, _ = req.ProviderData.(*vantage.Client)
}

// Schema implements resource.Resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema(ctx)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"token": identityschema.StringAttribute{RequiredForImport: true, Description: "Token of the export."},
	}}
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config resourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(checkDateOrder(config.StartDate, config.EndDate)...)
	resp.Diagnostics.Append(checkMargin(config.RenewBeforeExpiry)...)
	resp.Diagnostics.Append(checkTimeout(ctx, "create", config.Timeouts.Create)...)
	resp.Diagnostics.Append(checkTimeout(ctx, "read", config.Timeouts.Read)...)
	resp.Diagnostics.Append(checkTimeout(ctx, "update", config.Timeouts.Update)...)
}

var creating = operation{verb: "create", arguments: true, whenTimedOut: "The export %s goes on at the server and its token is in the state, but Terraform has marked the resource as tainted. " +
	"To keep this export, run `terraform untaint` with the resource's address, set a longer `create` and `update` in the resource's timeouts block, and apply again: that waits for the same export. " +
	"Without untaint the next apply makes a new one."}

// Create implements resource.Resource.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.client == nil {
		resp.Diagnostics.Append(errNotConfigured(creating))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	export, err := r.client.CreateDataExport(ctx, plan.request())
	if err != nil {
		resp.Diagnostics.Append(creating.failure(err))
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{types.StringValue(export.Token)})...)
	resp.Diagnostics.Append(r.follow(ctx, creating, plan, export, &resp.State)...)
}

var refreshing = operation{verb: "read", whenTimedOut: "The state is unchanged. Run Terraform again when the API answers, or go on from the state with -refresh=false. A longer `read` in the resource's timeouts block counts once it has been applied, with -refresh=false."}

// Read implements resource.Resource.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	token := state.Token.ValueString()
	// Before anything can fail: Terraform older than 1.12 cannot do without.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{state.Token})...)
	if r.client == nil {
		resp.Diagnostics.Append(warnNotRefreshed(token))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	export, err := r.client.GetDataExport(ctx, token)
	var e *vantage.Error
	switch {
	case err != nil && state.Status.IsNull(): // it has never been read before
		resp.Diagnostics.Append(importing.failure(err))
		return
	case errors.As(err, &e) && e.NotFound():
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.Append(refreshing.failure(err))
		return
	case export.Failed() && state.Status.IsNull():
		resp.Diagnostics.Append(importing.failure(&vantage.Error{Kind: vantage.ExportFailed, Token: token, Status: export.Status, Messages: export.Messages}))
		return
	case export.Failed():
		resp.Diagnostics.Append(warnFailed(export))
		resp.State.RemoveResource(ctx)
		return
	}
	now := time.Now()
	stored, first := state.Manifest, state.Status.IsNull()
	state.exported = newExported(export)
	if keepsAddresses(stored, state.Manifest, now) {
		state.Manifest = stored
	}
	if stage := importStage(ctx, req.Private, &resp.Diagnostics); takesOver(stage) {
		state.fillFrom(export.Attributes)
		if !first {
			next := map[string]string{justImported: refreshed, refreshed: takenOver}[stage]
			resp.Diagnostics.Append(resp.Private.SetKey(ctx, importKey, []byte(next))...)
		}
	}
	if until, expired := expiry(state.Manifest, now); expired && state.RenewBeforeExpiry.IsNull() {
		resp.Diagnostics.Append(warnExpired(token, until))
	}
	resp.Diagnostics.Append(rememberTime(ctx, resp.Private, now)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

var resuming = operation{verb: "finish", whenTimedOut: "The export %s goes on at the server and stays in the state. Apply again to wait on, with a longer `update` in the resource's timeouts block if need be."}

// Update implements resource.Resource. The API sees nothing of what can be updated; what is left to do is to wait for an export
// that an earlier apply left pending.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{state.Token})...)
	if takesOver(importStage(ctx, req.Private, &resp.Diagnostics)) {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, importKey, []byte(takenOver))...)
	}
	if state.isCompleted() || !plan.WaitForCompletion.ValueBool() {
		plan.exported = state.exported
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		return
	}
	if r.client == nil {
		resp.Diagnostics.Append(errNotConfigured(resuming))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	resp.Diagnostics.Append(r.follow(ctx, resuming, plan, &vantage.DataExport{Token: state.Token.ValueString()}, &resp.State)...)
}

// Delete implements resource.Resource. The API has no delete, and exports expire by themselves: it is only forgotten.
func (r *Resource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// follow saves the export's token, waits for it if that is wanted, and saves what has become of it.
func (r *Resource) follow(ctx context.Context, o operation, plan resourceModel, export *vantage.DataExport, state *tfsdk.State) diag.Diagnostics {
	save := func(e *vantage.DataExport) diag.Diagnostics {
		plan.exported = newExported(e)
		return state.Set(ctx, plan)
	}
	pending := *export
	pending.Status = vantage.StatusPending
	diags := save(&pending)
	if diags.HasError() || !plan.WaitForCompletion.ValueBool() {
		return diags
	}
	export, err := r.client.WaitForDataExport(ctx, export, nil)
	var e *vantage.Error
	switch {
	case err == nil:
		diags.Append(save(export)...)
		if len(export.Manifest.Files) == 0 {
			diags.Append(warnNoFiles(export.Token))
		}
		if life, tooLong := marginOutlasts(plan.RenewBeforeExpiry, plan.Manifest); tooLong {
			diags.Append(warnMarginTooLong(life))
		}
	case errors.As(err, &e) && e.Kind == vantage.Interrupted:
		// An error would taint, and the export would be lost with the next apply.
		diags.Append(warnInterrupted(export.Token))
	case errors.As(err, &e) && e.Kind == vantage.ExportFailed:
		state.RemoveResource(ctx)
		diags.Append(o.failure(err))
	default:
		diags.Append(o.failure(err))
	}
	return diags
}
