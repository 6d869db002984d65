package dataexport

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/vantage"
)

// identityModel is what names an export beyond one configuration.
type identityModel struct {
	Token types.String `tfsdk:"token"`
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *Resource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"token": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "Token of the export.",
		},
	}}
}

// withoutURLs is what follows the token in the ID of an import that must not store URLs. Terraform reads an imported
// export before it looks at the configuration, so store_file_urls comes too late for that.
const withoutURLs = ",store_file_urls=false"

// ImportState implements resource.ResourceWithImportState. It takes the token alone; Terraform reads the rest right
// after.
func (r *Resource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
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
		resp.Diagnostics.AddError(r.importing().summary(), "An export is imported by its token, which consists of letters, "+
			"digits, underscores and hyphens, such as dta_xprt_964b2adb9bff37fb. To import it without storing its URLs, add "+
			withoutURLs+" to the token.")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("wait_for_completion"), true)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("store_file_urls"), !withheld)...)
	resp.Diagnostics.Append(importBegun.save(ctx, resp.Private)...)
}

// sameDate reports whether both are dates and begin in the same moment. After an import a date stays in the API's own
// spelling.
func sameDate(a, b attr.Value) bool {
	text1, ok1 := a.(types.String)
	text2, ok2 := b.(types.String)
	if !ok1 || !ok2 {
		return false
	}
	first1, _, err1 := argument.ParseDate(text1.ValueString())
	first2, _, err2 := argument.ParseDate(text2.ValueString())
	return err1 == nil && err2 == nil && first1.Equal(first2)
}
