package argument

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/vantage"
)

// Checked returns the validator of a string that check must accept. The description completes "The value ...".
func Checked(description string, check func(value string) error) []validator.String {
	return []validator.String{rule{describer(description), check}}
}

// rule is a validator of a string.
type rule struct {
	describer
	check func(value string) error
}

// describer implements validator.Describer.
type describer string

func (d describer) Description(context.Context) string         { return string(d) }
func (d describer) MarkdownDescription(context.Context) string { return string(d) }

// ValidateString implements validator.String.
func (r rule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	value := req.ConfigValue.ValueString()
	if err := r.check(value); err != nil {
		resp.Diagnostics.Append(diagnostics.InvalidArgument.ErrorAt(req.Path, diagnostics.Values{
			"path": req.Path.String(), "rule": string(r.describer), "problem": err.Error(),
		}))
	}
}

// quote returns a value as an error names it. What may be a pre-signed URL must not be shown.
func quote(value string) string {
	if strings.ContainsAny(value, "/?&=") {
		return "it"
	}
	return strconv.Quote(value)
}

// NotEmpty returns the validators of a text that must not be empty.
func NotEmpty() []validator.String { return []validator.String{stringvalidator.LengthAtLeast(1)} }

// OneOf returns the validators of an argument that takes one of the values. Unlike stringvalidator.OneOf, its error
// does not quote the value, which may be a secret that belongs to another argument. Terraform shows the line.
func OneOf(values []string) []validator.String {
	return Checked("must be "+AnyOf(values), func(value string) error {
		if !slices.Contains(values, value) {
			return errors.New("it is none of them")
		}
		return nil
	})
}

// Matching returns the validators of a text that matches a regular expression, which the description explains.
func Matching(form *regexp.Regexp, description string) []validator.String {
	return Checked(description, func(value string) error {
		if !form.MatchString(value) {
			return errors.New(quote(value) + " is invalid")
		}
		return nil
	})
}

// AnyOf formats values for a description: "`a`, `b` or `c`".
func AnyOf(values []string) string {
	last := len(values) - 1
	return "`" + strings.Join(values[:last], "`, `") + "` or `" + values[last] + "`"
}

// Tokens returns the validators of a token of the API, such as that of a report. The form of tokens is not documented.
func Tokens() []validator.String { return Checked("must be a token", CheckToken) }

// CheckToken rejects an empty token, a URL and a token with white space.
func CheckToken(value string) error {
	switch {
	case value == "":
		return errors.New("it is empty")
	case strings.Contains(value, "/"):
		return errors.New("it is a URL; set the last part of the URL")
	case strings.ContainsFunc(value, unicode.IsSpace):
		return errors.New(quote(value) + " contains white space")
	}
	return nil
}

// ExportTokens returns the validators of the token of an export, which becomes a part of a URL.
func ExportTokens() []validator.String {
	return Checked("must be the token of an export", func(value string) error {
		if !vantage.ValidToken(value) {
			return errors.New(quote(value) + " does not consist of letters, digits, underscores and hyphens")
		}
		return nil
	})
}
