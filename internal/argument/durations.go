package argument

import (
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ParseDuration parses a duration such as 2h or 1h30m. Its error says what to write instead.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errors.New(quote(text) + " is not a duration; write it like 24h or 1h30m (days are not a unit)")
	}
	return d, nil
}

const durationDescription = "must be a duration such as 2h or 1h30m"

// Timeouts returns the validators of a timeout, which must be above zero.
func Timeouts() []validator.String {
	return Checked(durationDescription, func(value string) error {
		d, err := ParseDuration(value)
		if err == nil && d <= 0 {
			err = errors.New("a timeout must be above zero")
		}
		return err
	})
}

// RenewalMargins returns the validators of a renewal margin: from zero to the 24 hours that an export is valid.
func RenewalMargins() []validator.String {
	return Checked(durationDescription, func(value string) error {
		d, err := ParseDuration(value)
		if err == nil && (d < 0 || d > 24*time.Hour) {
			err = errors.New("an export is valid for 24 hours, so the margin must be between 0s and 24h")
		}
		return err
	})
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
