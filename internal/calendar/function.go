// Package calendar has the provider's functions for dates: the calendar month or quarter that a timestamp lies in, or
// one before or after it, as the dates that an export takes.
package calendar

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ function.Function = (*Function)(nil)

// NewMonth returns the function month.
func NewMonth() function.Function {
	return &Function{
		noun:   "month",
		months: 1,
		format: func(first time.Time) string { return first.Format("2006-01") },
		like:   "2025-02",
	}
}

// NewQuarter returns the function quarter.
func NewQuarter() function.Function {
	return &Function{
		noun:   "quarter",
		months: 3,
		format: func(first time.Time) string { return fmt.Sprintf("%04d-Q%d", first.Year(), (first.Month()+2)/3) },
		like:   "2025-Q1",
	}
}

// Function gives the first and the last day of a period of whole months. It depends on nothing but its arguments.
type Function struct {
	noun   string
	months int
	format func(first time.Time) string // the name of the period
	like   string                       // an example of it
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

// Definition implements function.Function.
func (f *Function) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "A calendar " + f.noun + " as dates",
		MarkdownDescription: "The calendar " + f.noun + " (UTC) that lies `offset` " + f.noun + "s from that of the " +
			"timestamp: an object with `start_date` and `end_date`, its first and its last day as `2025-03-01`, and `name`, " +
			"such as `" + f.like + "`. With `plantimestamp()` the dates change only when the " + f.noun + " does, so that " +
			"plans in between are empty; `timestamp()` is known only in the apply and differs at each. Needs Terraform 1.8 " +
			"or OpenTofu 1.7, or later.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name: "timestamp",
				MarkdownDescription: "A time in the form of RFC 3339, such as `2025-03-31T06:00:00Z` or what `plantimestamp()` " +
					"returns. One with another zone is taken to UTC first.",
			},
			function.NumberParameter{
				Name: "offset",
				MarkdownDescription: "How many " + f.noun + "s after that of the timestamp, as a whole number: `0` for the same " +
					"one, `-1` for the one before.",
			},
		},
		Return: function.ObjectReturn{
			AttributeTypes: periodTypes,
		},
	}
}

// Run implements function.Function.
func (f *Function) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var timestamp string
	var number *big.Float
	if resp.Error = req.Arguments.Get(ctx, &timestamp, &number); resp.Error != nil {
		return
	}
	// Terraform puts a full stop behind what these errors say.
	at, err := time.Parse(time.RFC3339, timestamp)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("%q is not a time in the form of RFC 3339, such as "+
			"2025-03-31T06:00:00Z or what plantimestamp() returns", timestamp))
		return
	}
	if !number.IsInt() {
		resp.Error = function.NewArgumentFuncError(1, number.Text('g', 10)+" is not a whole number")
		return
	}
	offset, _ := number.Int64() // the nearest one where it is too large for that
	first, last, ok := f.period(at, offset)
	if !ok {
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("%s %ss from %s lies outside the years 1 to 9999",
			number.Text('g', 10), f.noun, timestamp))
		return
	}
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(periodTypes, map[string]attr.Value{
		"start_date": types.StringValue(first.Format(time.DateOnly)),
		"end_date":   types.StringValue(last.Format(time.DateOnly)),
		"name":       types.StringValue(f.format(first)),
	}))
}

// period returns the first and the last day of the period that lies offset periods from that of a time, and whether
// both are within the years 1 to 9999.
func (f *Function) period(at time.Time, offset int64) (first, last time.Time, ok bool) {
	const most = 9999 * 12
	if offset < -most || offset > most {
		return first, last, false
	}
	at = at.UTC()
	month := (int(at.Month())-1)/f.months*f.months + 1 + int(offset)*f.months
	first = time.Date(at.Year(), time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	last = first.AddDate(0, f.months, -1)
	return first, last, first.Year() >= 1 && last.Year() <= 9999
}
