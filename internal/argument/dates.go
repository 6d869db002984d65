// Package argument handles what the arguments of all export types share: validators, dates, durations, groupings, scope
// and the comparison of a configuration with what the API reports.
package argument

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/diagnostics"
)

// ParseDate parses an ISO 8601 date with or without a time. It returns the first and the last instant that it can mean:
// a date without a time means the whole day. A time without a zone is in UTC.
func ParseDate(s string) (first, last time.Time, err error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day, day.AddDate(0, 0, 1).Add(-1), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, t, nil
		}
	}
	return first, last, errors.New(QuoteDate(s) + " is not an ISO 8601 date or time")
}

// QuoteDate returns a text that is not a date as an error names it. What cannot be a mistyped date may be a secret and
// is not shown: a text that is longer than a date, or has characters that no date has.
func QuoteDate(text string) string {
	const longest = len("2006-01-02T15:04:05.999999999+07:00")
	if len(text) > longest || strings.Trim(text, "0123456789-:+.,TZQ ") != "" {
		return "it"
	}
	return strconv.Quote(text)
}

// Dates returns the validators of a date.
func Dates() []validator.String {
	return Checked("must be a date such as 2025-03-01 or 2025-03-01T00:00:00Z", func(value string) error {
		_, _, err := ParseDate(value)
		return err
	})
}

// StartDates returns the validators of start_date, which must not be after end_date.
func StartDates() []validator.String {
	return append(Dates(), isNotAfterEndDate{"must not be after end_date"})
}

type isNotAfterEndDate struct{ describer }

func (isNotAfterEndDate) ValidateString(
	ctx context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	var end types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("end_date"), &end)...)
	start := req.ConfigValue
	first, _, err1 := ParseDate(start.ValueString())
	_, last, err2 := ParseDate(end.ValueString())
	if err1 == nil && err2 == nil && first.After(last) {
		resp.Diagnostics.Append(diagnostics.DatesReversed.ErrorAt(req.Path, diagnostics.Values{
			"start": start.ValueString(), "end": end.ValueString(),
		}))
	}
}
