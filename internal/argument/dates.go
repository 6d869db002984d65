// Package argument has what the arguments of all export types share: validators, dates, durations, groupings and scope.
package argument

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ParseDate reads an ISO 8601 date, alone or with a time. It returns the first moment that it can mean and the last: a
// date alone means the whole day. A time without a zone is taken as UTC.
func ParseDate(s string) (first, last time.Time, err error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day, day.AddDate(0, 0, 1).Add(-1), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, t, nil
		}
	}
	return first, last, fmt.Errorf("%q is not an ISO 8601 date such as 2025-03-01 or 2025-03-01T00:00:00Z", s)
}

// isDate accepts what ParseDate reads.
type isDate struct{}

func (isDate) Description(context.Context) string {
	return "must be an ISO 8601 date, alone or with a time"
}

func (v isDate) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (isDate) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, _, err := ParseDate(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a date", fmt.Sprintf("The value of %s cannot be used: "+
			"%v.", req.Path, err))
	}
}

// CheckDateOrder refuses a range that ends before it starts. What is not set or not known yet, or not a date, is passed
// over.
func CheckDateOrder(start, end types.String) diag.Diagnostics {
	var diags diag.Diagnostics
	first, _, err1 := ParseDate(start.ValueString())
	_, last, err2 := ParseDate(end.ValueString())
	if err1 == nil && err2 == nil && first.After(last) {
		diags.AddAttributeError(path.Root("start_date"), "The dates are in the wrong order",
			fmt.Sprintf("start_date %s is after end_date %s. Exchange them, or leave one out to have the report's "+
				"own.", start.ValueString(), end.ValueString()))
	}
	return diags
}
