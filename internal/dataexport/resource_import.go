package dataexport

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
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

// withoutURLs follows the token in the ID of an import that must not store URLs. Terraform reads an imported export
// before it evaluates the configuration, so store_file_urls comes too late.
const withoutURLs = ",store_file_urls=false"

// ImportState stores the token; Terraform reads the rest afterwards.
func (r *exportResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	var withheld bool
	req.ID, withheld = strings.CutSuffix(req.ID, withoutURLs)
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("token"), path.Root("token"), req, resp)
	var token types.String
	resp.Diagnostics.Append(resp.State.GetAttribute(ctx, path.Root("token"), &token)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !vantage.ValidToken(token.ValueString()) {
		resp.Diagnostics.AddError(r.definition.importing().summary(), "The import ID is not the token of an export. "+
			"A token has letters, digits, underscores and hyphens, such as dta_xprt_964b2adb9bff37fb. "+
			"To import the export without storing its URLs, append "+withoutURLs+" to the token.")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("wait_for_completion"), true)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("store_file_urls"), !withheld)...)
	resp.Diagnostics.Append(importPending.save(ctx, resp.Private)...)
}

// checkImport compares the planned arguments with what the API reports of an imported export that was pending in the
// plan. If they differ, it stores the reported arguments, so that the next plan replaces the export.
func (r *exportResource) checkImport(
	ctx context.Context, export *vantage.DataExport, plan tfsdk.Plan, state *tfsdk.State,
) diag.Diagnostics {
	reported, saved := r.definition.NewResource(), r.definition.NewResource()
	diags := plan.Get(ctx, reported)
	diags.Append(state.Get(ctx, saved)...)
	reported.SetFromImport(decodeAttributes(export.Attributes))
	reported.Part().exported = saved.Part().exported
	merged := tfsdk.State{Schema: state.Schema, Raw: state.Raw}
	diags.Append(merged.Set(ctx, reported)...)
	changes, more := r.definition.changes(ctx, merged, plan)
	diags.Append(more...)
	var different []change
	for _, c := range changes {
		if argument.Compare(c.name, c.before, c.after) == argument.Different {
			different = append(different, c)
		}
	}
	if len(different) > 0 && !diags.HasError() {
		state.Raw = merged.Raw
		diags.Append(r.definition.errImportDiffers(export.Token, different))
	}
	return diags
}

// The keys of private state, which holds what belongs to neither the configuration nor the export. It changes only when
// state changes.
const (
	acceptedAtKey = "accepted_at" // the time when the API accepted the export
	importKey     = "import"      // an importStage
)

// importStage is what an import has left to do. It is stored until an update has seen the imported export complete.
type importStage string

const (
	notImported   importStage = ""
	importPending importStage = `"pending"` // arguments that the API does not report are adopted from the configuration
	importAdopted importStage = `"adopted"` // reported arguments are still compared when the export completes
)

// afterUpdate returns the stage after an update, which has adopted all arguments.
func (s importStage) afterUpdate(completed bool) importStage {
	if s == notImported || completed {
		return notImported
	}
	return importAdopted
}

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func (s importStage) save(ctx context.Context, private privateWriter) diag.Diagnostics {
	return private.SetKey(ctx, importKey, []byte(s)) // an empty value removes the key
}

func importStageOf(ctx context.Context, private privateReader, diags *diag.Diagnostics) importStage {
	text, d := private.GetKey(ctx, importKey)
	diags.Append(d...)
	switch stage := importStage(text); stage {
	case notImported, importPending, importAdopted:
		return stage
	case `"taken over"`: // this and other values were stored before 0.1.0
		return notImported
	}
	return importPending
}

func saveAcceptedAt(ctx context.Context, private privateWriter, at time.Time) diag.Diagnostics {
	text, _ := json.Marshal(at.UTC()) // cannot fail for a time of this century
	return private.SetKey(ctx, acceptedAtKey, text)
}

// acceptedAtOf returns when the API accepted the export. It is zero for an imported export.
func acceptedAtOf(ctx context.Context, private privateReader, diags *diag.Diagnostics) (at time.Time) {
	text, d := private.GetKey(ctx, acceptedAtKey)
	diags.Append(d...)
	if json.Unmarshal(text, &at) != nil {
		return time.Time{}
	}
	return at
}
