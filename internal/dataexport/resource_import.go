package dataexport

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/vantage"
)

// IdentitySchema declares the token, which identifies an export across configurations.
func (r *exportResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"token": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "Token of the export.",
		},
	}}
}

// ImportState stores what the API reports of a completed export. It leaves what an update fills null, because an apply
// without changes would not call the provider: the first apply after an import updates or replaces the resource.
func (r *exportResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	const op = diagnostics.Import
	model, subject := r.definition.NewResource(), r.definition.subject()
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("token"), path.Root("token"), req, resp)
	resp.Diagnostics.Append(resp.State.Get(ctx, model)...)
	state := model.Part()
	token := state.Token.ValueString()
	switch {
	case resp.Diagnostics.HasError():
		return
	case !vantage.ValidToken(token):
		resp.Diagnostics.Append(diagnostics.ImportInvalidToken.Error(about(subject, "")))
		return
	case r.Client == nil:
		resp.Diagnostics.Append(op.NotConfigured(subject))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()

	export, err := r.Client.GetDataExport(ctx, &vantage.DataExport{Token: token})
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Failure(op, subject, err))
	case export.Failed():
		resp.Diagnostics.Append(diagnostics.Failure(op, subject, failedExport(export)))
	case !export.Completed():
		values := about(subject, token)
		values["status"] = fmt.Sprintf("%q", export.Status)
		resp.Diagnostics.Append(diagnostics.ImportPending.Error(values))
	default:
		state.exported = newExported(export).withoutFileURLs()
		model.SetFromImport(decodeAttributes(export.Attributes))
		resp.Diagnostics.Append(r.definition.warnImported(export)...)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, []byte("true"))...)
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	}
}

// compareImport compares the reported arguments of an imported export, before, with the configured ones, after. It
// returns the changes that replace the export, and the names of the arguments that the API does not report. The
// configured spelling of all others is stored, and what the configuration omits is removed.
func compareImport(changes []change) (replacing []change, adopted []string) {
	for _, c := range changes {
		switch argument.Compare(c.name, c.before, c.after) {
		case argument.Different:
			replacing = append(replacing, c)
		case argument.Unreported:
			adopted = append(adopted, c.name)
		case argument.Equivalent:
		}
	}
	return replacing, adopted
}
