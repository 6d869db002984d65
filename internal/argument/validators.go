package argument

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"terraform-provider-vantage/internal/vantage"
)

// NotEmpty refuses an empty text: an argument that is not wanted is left out.
func NotEmpty() []validator.String { return []validator.String{stringvalidator.LengthAtLeast(1)} }

// Tokens accepts what can be a token of the API. A URL that was pasted in its place is answered with what to give.
func Tokens() []validator.String {
	return []validator.String{stringvalidator.LengthAtLeast(1), isNoURL{}}
}

type isNoURL struct{}

func (isNoURL) Description(context.Context) string { return "must be a token, not a URL" }

func (v isNoURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (isNoURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if strings.Contains(req.ConfigValue.ValueString(), "/") {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a token",
			fmt.Sprintf("The value of %s is a URL. Give the token, the last part of the URL.", req.Path))
	}
}

// OneOf accepts these values.
func OneOf(values []string) []validator.String {
	return []validator.String{stringvalidator.OneOf(values...)}
}

// Dates accepts ISO 8601 dates, alone or with a time.
func Dates() []validator.String { return []validator.String{isDate{}} }

// AnyOf writes values for a description: "`a`, `b` or `c`".
func AnyOf(values []string) string {
	last := len(values) - 1
	return "`" + strings.Join(values[:last], "`, `") + "` or `" + values[last] + "`"
}

// ExportTokens accepts what can be the token of an export; it becomes a part of a URL.
func ExportTokens() []validator.String { return []validator.String{isExportToken{}} }

type isExportToken struct{}

func (isExportToken) Description(context.Context) string {
	return "must be the token of an export: letters, digits, underscores and hyphens"
}

func (v isExportToken) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v isExportToken) ValidateString(
	ctx context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || vantage.ValidToken(req.ConfigValue.ValueString()) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Not the token of an export",
		fmt.Sprintf("The value of %s %s.", req.Path, v.Description(ctx)))
}
