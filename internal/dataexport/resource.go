package dataexport

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

var (
	_ resource.ResourceWithConfigure   = (*exportResource)(nil)
	_ resource.ResourceWithIdentity    = (*exportResource)(nil)
	_ resource.ResourceWithImportState = (*exportResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*exportResource)(nil)
)

// exportResource is an export in state: created once, polled until it completes, and removed from state when it is
// destroyed. Definition.Resource returns it.
type exportResource struct {
	providerdata.Resource
	definition Definition
}

// Resource returns the resource that keeps an export in state.
func (d Definition) Resource() resource.Resource {
	return &exportResource{providerdata.Resource{Name: d.Name}, d}
}

func (r *exportResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.definition.resourceSchema()
}

// Create stores the token in state before anything waits for the export.
func (r *exportResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	model := r.definition.NewResource()
	const op = diagnostics.CreateResource
	subject := r.definition.subject()
	resp.Diagnostics.Append(providerdata.Decode(ctx, r.Client, op, subject, req.Plan, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan := model.Part()
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(plan.Timeouts, "create", defaultTimeout))
	defer cancel()

	export, err := r.Client.CreateDataExport(ctx, model.Request())
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Failure(op, subject, err))
		return
	}
	plan.exported = newExported(export)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("token"), plan.Token)...)
	resp.Diagnostics.Append(saveAcceptedAt(ctx, resp.Private, export.AcceptedAt)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	if resp.Diagnostics.HasError() || !plan.WaitForCompletion.ValueBool() {
		return
	}
	resp.Diagnostics.Append(r.await(ctx, op, model, export, &resp.State)...)
}

// Read polls a pending export once. A completed export is a finished record that needs no request, because the API
// neither changes nor deletes it. So is a pending export that was not waited for and that has expired since.
func (r *exportResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	model := r.definition.NewResource()
	resp.Diagnostics.Append(req.State.Get(ctx, model)...)
	acceptedAt := acceptedAtOf(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	state, subject := model.Part(), r.definition.subject()
	// First, because Terraform before 1.12 fails without it.
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("token"), state.Token)...)
	switch {
	case state.isCompleted(), !state.WaitForCompletion.ValueBool() && state.isExpired(acceptedAt, time.Now()):
		return
	case r.Client == nil:
		resp.Diagnostics.Append(diagnostics.NotRefreshed.Warning(about(subject, state.Token.ValueString())))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(state.Timeouts, "read", defaultReadTimeout))
	defer cancel()

	known := &vantage.DataExport{Token: state.Token.ValueString(), AcceptedAt: acceptedAt}
	export, err := r.Client.GetDataExport(ctx, known)
	switch {
	case isNotFound(err):
		resp.Diagnostics.Append(diagnostics.LostExport.Warning(about(subject, known.Token)))
		resp.State.RemoveResource(ctx)
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Failure(diagnostics.Refresh, subject, err))
	case export.Failed():
		resp.Diagnostics.Append(warnFailed(subject, export))
		resp.State.RemoveResource(ctx)
	case export.Completed():
		state.exported = newExported(export).withFileURLs(state.StoreFileURLs)
		resp.Diagnostics.Append(warnUnreadable(subject, export)...)
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	}
}

// Update sends none of its arguments to the API. It ends an import, resumes polling a pending export, and requests URLs
// that are to be stored from now on.
func (r *exportResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	model, stored := r.definition.NewResource(), r.definition.NewResource()
	resp.Diagnostics.Append(req.Plan.Get(ctx, model)...)
	resp.Diagnostics.Append(req.State.Get(ctx, stored)...)
	acceptedAt := acceptedAtOf(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	plan, state := model.Part(), stored.Part()
	plan.exported = state.exported.withFileURLs(plan.StoreFileURLs)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("token"), state.Token)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, nil)...) // removes it
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)

	op := diagnostics.Resume
	switch {
	case state.missingFileURLs(plan.StoreFileURLs) && state.isExpired(acceptedAt, time.Now()):
		resp.Diagnostics.Append(r.storeNoURLs(ctx, model, &resp.State)...)
		return
	case state.missingFileURLs(plan.StoreFileURLs):
		op = diagnostics.FetchURLs
	case state.isCompleted() || !plan.WaitForCompletion.ValueBool():
		return
	}
	if r.Client == nil {
		resp.Diagnostics.Append(op.NotConfigured(r.definition.subject()))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(plan.Timeouts, "update", defaultTimeout))
	defer cancel()
	known := &vantage.DataExport{Token: state.Token.ValueString(), AcceptedAt: acceptedAt}
	resp.Diagnostics.Append(r.await(ctx, op, model, known, &resp.State)...)
}

// Delete removes the export from state: the API has no delete, and exports expire.
func (r *exportResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// await polls an export that state has as pending, or without URLs, and saves the result.
func (r *exportResource) await(
	ctx context.Context, op diagnostics.Operation, model Model[ResourcePart], export *vantage.DataExport,
	state *tfsdk.State,
) (diags diag.Diagnostics) {
	plan, subject := model.Part(), r.definition.subject()
	export, err := r.Client.WaitForDataExport(ctx, export, nil)
	switch {
	case err == nil:
		plan.setCompleted(export)
		diags.Append(state.Set(ctx, model)...)
		diags.Append(warnCompleted(subject, export)...)
	case isKind(err, vantage.Interrupted) && op == diagnostics.FetchURLs:
		diags.Append(diagnostics.InterruptedURLs.Warning(about(subject, plan.Token.ValueString())))
	case isKind(err, vantage.Interrupted):
		// An error would taint the resource, and the next apply would create a new export.
		diags.Append(diagnostics.InterruptedExport.Warning(about(subject, plan.Token.ValueString())))
	case op == diagnostics.FetchURLs && (isExpiredStatus(err) || isNotFound(err)):
		diags.Append(r.storeNoURLs(ctx, model, state)...)
	case op == diagnostics.CreateResource && isKind(err, vantage.ExportFailed):
		state.RemoveResource(ctx)
		diags.Append(diagnostics.Failure(op, subject, err))
	default:
		diags.Append(diagnostics.Failure(op, subject, err))
	}
	return diags
}

// storeNoURLs stores an empty list of URLs for an export that has expired.
func (r *exportResource) storeNoURLs(
	ctx context.Context, model Model[ResourcePart], state *tfsdk.State,
) diag.Diagnostics {
	part := model.Part()
	part.Manifest = withMember(part.Manifest, "files", fileURLs(nil))
	diags := state.Set(ctx, model)
	diags.Append(diagnostics.NoURLs.WarningAt(path.Root("store_file_urls"),
		about(r.definition.subject(), part.Token.ValueString())))
	return diags
}
