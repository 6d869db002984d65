package dataexport

import (
	"context"
	"errors"
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

const (
	// defaultTimeout is the timeout for creating an export and waiting for its completion.
	defaultTimeout = 30 * time.Minute
	// defaultReadTimeout is the timeout of a refresh.
	defaultReadTimeout = 5 * time.Minute
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
	o := r.definition.creatingResource()
	resp.Diagnostics.Append(providerdata.Decode(ctx, r.Client, o.summary(), req.Plan, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan := model.Part()
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(plan.Timeouts, "create", defaultTimeout))
	defer cancel()

	export, err := r.Client.CreateDataExport(ctx, model.Request())
	if err != nil {
		resp.Diagnostics.Append(o.failure(err))
		return
	}
	plan.exported = newExported(export)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("token"), plan.Token)...)
	resp.Diagnostics.Append(saveAcceptedAt(ctx, resp.Private, export.AcceptedAt)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	if resp.Diagnostics.HasError() || !plan.WaitForCompletion.ValueBool() {
		return
	}
	_, diags := r.await(ctx, o, model, export, &resp.State)
	resp.Diagnostics.Append(diags...)
}

// Read changes state in two cases only: a pending export has completed, or the stored URLs have expired and the export
// is still valid. An expired export is a finished record that needs no request.
func (r *exportResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	model := r.definition.NewResource()
	resp.Diagnostics.Append(req.State.Get(ctx, model)...)
	imported := importStageOf(ctx, req.Private, &resp.Diagnostics)
	acceptedAt := acceptedAtOf(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	state := model.Part()
	// First, because Terraform before 1.12 fails without it.
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("token"), state.Token)...)
	o, importing := r.definition.refreshing(), state.Status.IsNull()
	if importing {
		o = r.definition.importing()
	}
	expired := state.isExpired(acceptedAt, time.Now())
	switch {
	case expired && state.isCompleted():
		return
	case r.Client == nil && importing:
		resp.Diagnostics.Append(diagnostics.NotConfigured(o.summary()))
		return
	case r.Client == nil:
		resp.Diagnostics.Append(r.definition.warnNotRefreshed(state.Token.ValueString()))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(state.Timeouts, "read", defaultReadTimeout))
	defer cancel()

	known := &vantage.DataExport{Token: state.Token.ValueString(), AcceptedAt: acceptedAt}
	export, err := r.Client.GetDataExport(ctx, known)
	lost := isNotFound(err) && !importing
	switch {
	case (lost || err == nil && export.Failed()) && expired && !state.WaitForCompletion.ValueBool():
		// Pending, not waited for, and no longer known: a finished record as well.
	case lost:
		resp.Diagnostics.Append(r.definition.warnLost(known.Token))
		resp.State.RemoveResource(ctx)
	case err != nil:
		resp.Diagnostics.Append(o.failure(err))
	case state.isCompleted():
		// A completed export stays completed, whatever the response.
		if state.hasFresherURLs(export) {
			state.setCompleted(export)
			resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
		}
	case export.Failed() && importing:
		resp.Diagnostics.Append(o.failure(&vantage.Error{
			Kind: vantage.ExportFailed, Token: known.Token, Status: export.Status, Messages: export.Messages,
		}))
	case export.Failed():
		resp.Diagnostics.Append(r.definition.warnFailed(export))
		resp.State.RemoveResource(ctx)
	case export.Completed() || importing:
		state.exported = newExported(export).withFileURLs(state.StoreFileURLs)
		if imported != notImported {
			model.SetFromImport(decodeAttributes(export.Attributes))
		}
		if importing {
			resp.Diagnostics.Append(r.definition.warnImported(export)...)
		}
		resp.Diagnostics.Append(o.warnUnreadable(export)...)
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	}
}

// Update sends none of its arguments to the API. It resumes polling a pending export, and requests URLs that are to be
// stored from now on.
func (r *exportResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	model, stored := r.definition.NewResource(), r.definition.NewResource()
	resp.Diagnostics.Append(req.Plan.Get(ctx, model)...)
	resp.Diagnostics.Append(req.State.Get(ctx, stored)...)
	imported := importStageOf(ctx, req.Private, &resp.Diagnostics)
	acceptedAt := acceptedAtOf(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	plan, state := model.Part(), stored.Part()
	plan.exported = state.exported.withFileURLs(plan.StoreFileURLs)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("token"), state.Token)...)
	resp.Diagnostics.Append(imported.afterUpdate(state.isCompleted()).save(ctx, resp.Private)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)

	o := r.definition.resuming()
	switch {
	case state.missingFileURLs(plan.StoreFileURLs) && state.isExpired(acceptedAt, time.Now()):
		resp.Diagnostics.Append(r.storeNoURLs(ctx, model, &resp.State)...)
		return
	case state.missingFileURLs(plan.StoreFileURLs):
		o = r.definition.fetching()
	case state.isCompleted() || !plan.WaitForCompletion.ValueBool():
		return
	}
	if r.Client == nil {
		resp.Diagnostics.Append(diagnostics.NotConfigured(o.summary()))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(plan.Timeouts, "update", defaultTimeout))
	defer cancel()
	known := &vantage.DataExport{Token: state.Token.ValueString(), AcceptedAt: acceptedAt}
	export, diags := r.await(ctx, o, model, known, &resp.State)
	resp.Diagnostics.Append(diags...)
	if imported != notImported && !state.isCompleted() && plan.isCompleted() {
		resp.Diagnostics.Append(notImported.save(ctx, resp.Private)...)
		resp.Diagnostics.Append(r.checkImport(ctx, export, req.Plan, &resp.State)...)
	}
}

// Delete removes the export from state: the API has no delete, and exports expire.
func (r *exportResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// await polls an export that state has as pending, or without URLs, and saves the result.
func (r *exportResource) await(
	ctx context.Context, o operation, model Model[ResourcePart], export *vantage.DataExport, state *tfsdk.State,
) (*vantage.DataExport, diag.Diagnostics) {
	var diags diag.Diagnostics
	plan := model.Part()
	export, err := r.Client.WaitForDataExport(ctx, export, nil)
	var e *vantage.Error
	switch {
	case err == nil:
		plan.setCompleted(export)
		diags.Append(state.Set(ctx, model)...)
		diags.Append(o.warnUnreadable(export)...)
		if len(export.Manifest.Files) == 0 {
			diags.Append(o.warnNoFiles(export.Token))
		}
	case errors.As(err, &e) && e.Kind == vantage.Interrupted:
		// An error would taint the resource, and the next apply would create a new export.
		diags.Append(r.definition.warnInterrupted(plan.Token.ValueString()))
	case isExpiredStatus(err) && plan.isCompleted():
		diags.Append(r.storeNoURLs(ctx, model, state)...)
	case errors.As(err, &e) && e.Kind == vantage.ExportFailed && o.report != "":
		state.RemoveResource(ctx)
		diags.Append(o.failure(err))
	default:
		diags.Append(o.failure(err))
	}
	return export, diags
}

// storeNoURLs stores an empty list of URLs for an export that has expired.
func (r *exportResource) storeNoURLs(
	ctx context.Context, model Model[ResourcePart], state *tfsdk.State,
) diag.Diagnostics {
	part := model.Part()
	part.Manifest = withURLsOf(part.Manifest, manifestValue(&vantage.Manifest{}))
	diags := state.Set(ctx, model)
	diags.Append(r.definition.warnNoURLs(part.Token.ValueString()))
	return diags
}
