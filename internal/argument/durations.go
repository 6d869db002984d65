package argument

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// inWords matches durations with units that time.ParseDuration does not accept.
var inWords = regexp.MustCompile(
	`^([0-9]+(?:\.[0-9]+)?) *(d|days?|w|weeks?|h|hours?|hrs?|m|mins?|minutes?|s|secs?|seconds?)$`,
)

// ParseDuration parses a duration such as 2h or 1h30m. Its error says what to write instead.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil {
		return d, nil
	}
	words := inWords.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if words == nil {
		return 0, fmt.Errorf("%q is not a duration; write numbers with the units h, m and s, such as 2h, 45m or 1h30m", text)
	}
	number, unit := words[1], words[2][:1]
	if hours := map[string]float64{"d": 24, "w": 7 * 24}[unit]; hours > 0 {
		n, _ := strconv.ParseFloat(number, 64) // the pattern matches numbers only
		name := map[string]string{"d": "days", "w": "weeks"}[unit]
		return 0, fmt.Errorf("%q is not a duration; %s are not a unit, write "+
			"%sh", text, name, strconv.FormatFloat(n*hours, 'f', -1, 64))
	}
	return 0, fmt.Errorf("%q is not a duration; write %s", text, number+unit)
}

// Timeouts returns the validators of a timeout, which must be above zero.
func Timeouts() []validator.String {
	return []validator.String{isDuration{
		least:   1,
		most:    math.MaxInt64,
		outside: "A timeout must be above zero",
		advice:  "Set a duration such as 45m, or omit the argument.",
	}}
}

// RenewalMargins returns the validators of a renewal margin: from zero to the 24 hours that an export is valid.
func RenewalMargins() []validator.String {
	return []validator.String{isDuration{
		most:    24 * time.Hour,
		outside: "The renewal margin is not between 0s and 24h",
		advice:  "Exports are valid for 24 hours. Set a duration such as 2h, or 0s to renew an export once it has expired.",
	}}
}

// isDuration accepts what ParseDuration parses, within bounds.
type isDuration struct {
	least, most     time.Duration
	outside, advice string
}

func (isDuration) Description(context.Context) string {
	return "must be a duration such as 2h or 1h30m"
}

func (v isDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v isDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	d, err := ParseDuration(req.ConfigValue.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.AddAttributeError(req.Path, "Not a duration",
			fmt.Sprintf("The value of %s is invalid: %v.", req.Path, err))
	case d < v.least || d > v.most:
		resp.Diagnostics.AddAttributeError(req.Path, v.outside, v.advice)
	}
}

// Duration returns the value of a valid argument, and false if it is null or unknown.
func Duration(argument types.String) (time.Duration, bool) {
	d, err := time.ParseDuration(argument.ValueString())
	return d, err == nil
}

// Timeout returns a timeout of a timeouts block, or the default if it is not set.
func Timeout(block types.Object, name string, byDefault time.Duration) time.Duration {
	argument, _ := block.Attributes()[name].(types.String)
	if d, ok := Duration(argument); ok {
		return d
	}
	return byDefault
}
