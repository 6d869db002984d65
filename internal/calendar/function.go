// Package calendar implements the provider functions month and quarter, which return the dates of a calendar period.
package calendar

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
)

var _ function.Function = (*Function)(nil)

// NewMonth returns the function month.
func NewMonth() function.Function {
	return &Function{
		noun:   "month",
		months: 1,
		format: func(first time.Time) string { return first.Format("2006-01") },
		forms:  []string{"2025-03", "2025-03-31", "2025-03-31T06:00:00Z"},
	}
}

// NewQuarter returns the function quarter.
func NewQuarter() function.Function {
	return &Function{
		noun:   "quarter",
		months: 3,
		format: func(first time.Time) string { return fmt.Sprintf("%04d-Q%d", first.Year(), (first.Month()+2)/3) },
		forms:  []string{"2025-Q1", "2025-03", "2025-03-31", "2025-03-31T06:00:00Z"},
	}
}

// Function returns the first and the last day of a period of whole months. The result depends on the arguments only.
type Function struct {
	noun   string
	months int
	format func(first time.Time) string // returns the name of the period
	forms  []string                     // examples of what the function takes, first its own name of a period
}

// Metadata implements function.Function.
func (f *Function) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.noun
}

var periodTypes = map[string]attr.Type{
	"start_date": types.StringType,
	"end_date":   types.StringType,
	"name":       types.StringType,
}

const description = `Returns the calendar %[1]s (UTC) that contains a date, or a %[1]s before or after it.
The result is an object with the first day as ` + "`start_date`, the last day as `end_date` and the %[1]s as `name`, " +
	"such as `%[2]s`, `%[3]s` and `%[4]s`" + `.

With ` + "`plantimestamp()`" + `, the result changes once a %[1]s, and plans in between are empty. ` +
	"Do not use `timestamp()`" + `, which is known only during apply and changes each time.

Requires Terraform 1.8 or OpenTofu 1.7, or later.`

// Definition implements function.Function.
func (f *Function) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	last := len(f.forms) - 1
	at, _ := f.parse(f.forms[0])
	firstDay, lastDay, _ := f.period(at, 0)
	resp.Definition = function.Definition{
		Summary: "Dates of a calendar " + f.noun,
		MarkdownDescription: fmt.Sprintf(description, f.noun,
			firstDay.Format(time.DateOnly), lastDay.Format(time.DateOnly), f.forms[0]),
		Parameters: []function.Parameter{
			function.StringParameter{
				Name: "date",
				MarkdownDescription: fmt.Sprintf("Date in the %s: `%s` or `%s`. A time is converted to UTC.",
					f.noun, strings.Join(f.forms[:last], "`, `"), f.forms[last]),
			},
		},
		VariadicParameter: function.NumberParameter{
			Name: "offset",
			MarkdownDescription: fmt.Sprintf("Whole number of %[1]ss to add: `-1` returns the previous %[1]s. "+
				"Set at most one offset. Defaults to `0`.", f.noun),
		},
		Return: function.ObjectReturn{
			AttributeTypes: periodTypes,
		},
	}
}

// Run implements function.Function. Terraform ends the text of an error with a full stop.
func (f *Function) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var date string
	var offsets []*big.Float
	if resp.Error = req.Arguments.Get(ctx, &date, &offsets); resp.Error != nil {
		return
	}
	at, ok := f.parse(date)
	if !ok {
		resp.Error = function.NewArgumentFuncError(0,
			argument.QuoteDate(date)+" is not a date such as "+strings.Join(f.forms, ", "))
		return
	}
	if len(offsets) > 1 {
		resp.Error = function.NewArgumentFuncError(2, fmt.Sprintf("%d offsets are set, at most one is allowed", len(offsets)))
		return
	}
	number := new(big.Float) // 0 if it is omitted
	if len(offsets) == 1 {
		number = offsets[0]
	}
	if !number.IsInt() {
		resp.Error = function.NewArgumentFuncError(1, number.Text('g', 10)+" is not a whole number")
		return
	}
	offset, _ := number.Int64() // the nearest integer if number is too large
	first, last, ok := f.period(at, offset)
	if !ok {
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("%s %ss from %s is not in the years 1 to 9999",
			number.Text('g', 10), f.noun, date))
		return
	}
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(periodTypes, map[string]attr.Value{
		"start_date": types.StringValue(first.Format(time.DateOnly)),
		"end_date":   types.StringValue(last.Format(time.DateOnly)),
		"name":       types.StringValue(f.format(first)),
	}))
}

// parse returns a time in the period that a text names.
func (f *Function) parse(text string) (time.Time, bool) {
	if year, number, ok := strings.Cut(text, "-Q"); ok && f.noun == "quarter" {
		text = year + "-" + map[string]string{"1": "01", "2": "04", "3": "07", "4": "10"}[number]
	}
	at, err := time.Parse("2006-01", text)
	if err != nil {
		at, _, err = argument.ParseDate(text)
	}
	at = at.UTC()
	return at, err == nil && at.Year() >= 1 && at.Year() <= 9999
}

// period returns the first and the last day of the period that is offset periods after that of a time. It
// reports whether both are in the years 1 to 9999.
func (f *Function) period(at time.Time, offset int64) (first, last time.Time, ok bool) {
	const most = 9999 * 12
	if offset < -most || offset > most {
		return first, last, false
	}
	month := (int(at.Month())-1)/f.months*f.months + 1 + int(offset)*f.months
	first = time.Date(at.Year(), time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	last = first.AddDate(0, f.months, -1)
	return first, last, first.Year() >= 1 && last.Year() <= 9999
}
