package calendar_test

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/calendar"
)

// call returns the result of a function as "name: start_date to end_date".
func call(t *testing.T, f function.Function, date string, offsets ...int64) (string, *function.FuncError) {
	t.Helper()
	var definition function.DefinitionResponse
	f.Definition(context.Background(), function.DefinitionRequest{}, &definition)
	result, err := definition.Definition.Return.NewResultData(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	resp := function.RunResponse{Result: result}
	arguments := []attr.Value{types.StringValue(date)}
	var numbers []attr.Value
	var numberTypes []attr.Type
	for _, offset := range offsets {
		numbers = append(numbers, types.NumberValue(new(big.Float).SetInt64(offset)))
		numberTypes = append(numberTypes, types.NumberType)
	}
	f.Run(context.Background(), function.RunRequest{
		Arguments: function.NewArgumentsData(append(arguments, types.TupleValueMust(numberTypes, numbers))),
	}, &resp)
	if resp.Error != nil {
		return "", resp.Error
	}
	object, ok := resp.Result.Value().(types.Object)
	if !ok {
		t.Fatalf("%T is not an object", resp.Result.Value())
	}
	member := func(name string) string {
		value, _ := object.Attributes()[name].(types.String)
		return value.ValueString()
	}
	return fmt.Sprintf("%s: %s to %s", member("name"), member("start_date"), member("end_date")), nil
}

func TestRun_returnsPeriod(t *testing.T) {
	t.Parallel()
	month, quarter := calendar.NewMonth(), calendar.NewQuarter()
	offset := func(n int64) []int64 { return []int64{n} }
	for name, test := range map[string]struct {
		of      function.Function
		date    string
		offsets []int64
		want    string
	}{
		"current month":          {month, "2025-03-15T12:30:00Z", nil, "2025-03: 2025-03-01 to 2025-03-31"},
		"previous month":         {month, "2025-03-15T12:30:00Z", offset(-1), "2025-02: 2025-02-01 to 2025-02-28"},
		"of a month":             {month, "2025-03", nil, "2025-03: 2025-03-01 to 2025-03-31"},
		"of a time without zone": {month, "2025-03-31T23:30", nil, "2025-03: 2025-03-01 to 2025-03-31"},
		"of a date, previous":    {month, "2025-03-31", offset(-1), "2025-02: 2025-02-01 to 2025-02-28"},
		"a leap day":             {month, "2024-02-29T00:00:00Z", offset(12), "2025-02: 2025-02-01 to 2025-02-28"},
		"no leap year":           {month, "1900-02-01T00:00:00Z", nil, "1900-02: 1900-02-01 to 1900-02-28"},
		"a leap century":         {month, "2000-02-01T00:00:00Z", nil, "2000-02: 2000-02-01 to 2000-02-29"},
		"years back":             {month, "2025-03-15T00:00:00Z", offset(-27), "2022-12: 2022-12-01 to 2022-12-31"},
		"east of Greenwich":      {month, "2025-03-01T01:00:00+02:00", nil, "2025-02: 2025-02-01 to 2025-02-28"},
		"west of Greenwich":      {month, "2025-02-28T20:00:00-05:00", nil, "2025-03: 2025-03-01 to 2025-03-31"},
		"the first month":        {month, "0001-02", offset(-1), "0001-01: 0001-01-01 to 0001-01-31"},
		"the last month":         {month, "9999-12-31", nil, "9999-12: 9999-12-01 to 9999-12-31"},
		"current quarter":        {quarter, "2025-03-31T12:30:00Z", nil, "2025-Q1: 2025-01-01 to 2025-03-31"},
		"of a quarter":           {quarter, "2025-Q3", nil, "2025-Q3: 2025-07-01 to 2025-09-30"},
		"of a quarter, previous": {quarter, "2025-Q1", offset(-1), "2024-Q4: 2024-10-01 to 2024-12-31"},
		"quarter of a date":      {quarter, "2025-10-01", nil, "2025-Q4: 2025-10-01 to 2025-12-31"},
		"quarters back":          {quarter, "2025-12-31T23:59:59Z", offset(-9), "2023-Q3: 2023-07-01 to 2023-09-30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := call(t, test.of, test.date, test.offsets...); err != nil || got != test.want {
				t.Errorf("%s, %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestRun_rejectsArguments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		date     string
		offsets  []int64
		argument int64
	}{
		"empty":             {"", nil, 0},
		"one digit":         {"2025-3", nil, 0},
		"quarter 5":         {"2025-Q5", nil, 0},
		"year 0":            {"0000-03", nil, 0},
		"year 10000 in UTC": {"9999-12-31T23:00:00-05:00", nil, 0},
		"before the first":  {"0001-01-01T00:00:00Z", []int64{-1}, 1},
		"after the last":    {"9999-12-31T00:00:00Z", []int64{1}, 1},
		"the least":         {"2025-03", []int64{-1 << 63}, 1},
		"the most":          {"2025-03", []int64{1<<63 - 1}, 1},
		"two offsets":       {"2025-03", []int64{1, 1}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range []function.Function{calendar.NewMonth(), calendar.NewQuarter()} {
				got, err := call(t, f, test.date, test.offsets...)
				if err == nil || err.FunctionArgument == nil || *err.FunctionArgument != test.argument {
					t.Errorf("%q, %v, want an error on argument %d", got, err, test.argument)
				}
			}
		})
	}
	if got, err := call(t, calendar.NewMonth(), "2025-Q1"); err == nil {
		t.Errorf("the month of a quarter is %s", got)
	}
	for date, quoted := range map[string]bool{
		"2025-3": true, "31.03.2025": true, "2025-03-32T06:00:00Z": true, "2025-Q5": true,
		"https://x/?X-Amz-Signature=s": false, "hunter2": false, "2025/03": false, strings.Repeat("1", 36): false,
	} {
		if _, err := call(t, calendar.NewMonth(), date); strings.Contains(err.Error(), date) != quoted {
			t.Errorf("%v quotes %s: want %v", err, date, quoted)
		}
	}
}
