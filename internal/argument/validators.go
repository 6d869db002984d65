package argument

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"terraform-provider-vantage/internal/vantage"
)

// NotEmpty returns the validators of a text that must not be empty.
func NotEmpty() []validator.String { return []validator.String{stringvalidator.LengthAtLeast(1)} }

// Tokens returns the validators of a token of the API, such as that of a report.
func Tokens() []validator.String {
	return []validator.String{stringvalidator.LengthAtLeast(1), isToken{}}
}

// isToken rejects a URL or white space, which a token cannot contain. The form of tokens is not documented.
type isToken struct{}

func (isToken) Description(context.Context) string { return "must be a token, not a URL" }

func (v isToken) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (isToken) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	switch value := req.ConfigValue.ValueString(); {
	case strings.Contains(value, "/"):
		resp.Diagnostics.AddAttributeError(req.Path, "Not a token",
			fmt.Sprintf("The value of %s is a URL. Set the token, which is the last part of the URL.", req.Path))
	case strings.ContainsFunc(value, unicode.IsSpace):
		resp.Diagnostics.AddAttributeError(req.Path, "Not a token",
			fmt.Sprintf("The value of %s, %q, contains white space. Remove it.", req.Path, value))
	}
}

// OneOf returns the validators of an argument that takes one of the values.
func OneOf(values []string) []validator.String {
	return []validator.String{stringvalidator.OneOf(values...)}
}

// AnyOf formats values for a description: "`a`, `b` or `c`".
func AnyOf(values []string) string {
	last := len(values) - 1
	return "`" + strings.Join(values[:last], "`, `") + "` or `" + values[last] + "`"
}

// ExportTokens returns the validators of the token of an export, which becomes a part of a URL.
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
