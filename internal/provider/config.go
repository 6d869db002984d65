package provider

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/vantage"
)

// client returns the API client, or nil if an argument is invalid or known only after apply.
func (m providerModel) client(userAgent string) (*vantage.Client, diag.Diagnostics) {
	var s settings
	options := vantage.Options{
		Host:            s.text("host", m.Host),
		APIToken:        s.text("api_token", m.APIToken),
		WorkspaceToken:  s.text("workspace_token", m.WorkspaceToken),
		Timeout:         s.duration("timeout", m.Timeout),
		MaxPollInterval: s.duration("max_poll_interval", m.MaxPollInterval),
		UserAgent:       userAgent,
		Logger:          slog.New(tflogHandler{}),
	}
	if options.APIToken == "" && !m.APIToken.IsUnknown() {
		s.diags.AddAttributeError(path.Root("api_token"), "Missing Vantage API token", missingToken)
	}
	if s.unknown || s.diags.HasError() {
		return nil, s.diags
	}
	client, err := vantage.New(options)
	if err != nil {
		s.diags.AddError("Could not create the Vantage API client", fmt.Sprintf("The configuration is invalid: %v.", err))
	} else if err := client.CheckProxy(); err != nil {
		s.diags.AddWarning("Invalid proxy in the environment", fmt.Sprintf("Requests may fail: %v.", err))
	}
	return client, s.diags
}

const missingToken = "Requests to the API require a token with the read scope. " +
	"Set the provider's api_token argument or the environment variable VANTAGE_API_TOKEN. " +
	"Create a token in the settings of the Vantage console, under API access tokens."

// settings reads the provider's arguments and the environment variables that apply if an argument is not set.
type settings struct {
	diags   diag.Diagnostics
	unknown bool // whether an argument is known only after apply
}

// text returns an argument, the environment variable VANTAGE_<NAME>, or "". It checks arguments again, because
// "terraform test" configures a provider without validating it.
func (s *settings) text(name string, argument types.String) string {
	if argument.IsUnknown() {
		s.unknown = true
		return ""
	}
	source, value := "provider argument "+name, argument.ValueString()
	err := checkArgument(name, value)
	if value == "" {
		variable := "VANTAGE_" + strings.ToUpper(name)
		source, value = "environment variable "+variable, os.Getenv(variable)
		err = check(name, value)
	}
	if err != nil {
		s.diags.AddAttributeError(path.Root(name), "Invalid "+source, fmt.Sprintf("The %s is invalid: %v.", source, err))
	}
	return value
}

func (s *settings) duration(name string, argument types.String) time.Duration {
	d, _ := time.ParseDuration(s.text(name, argument))
	return d
}

// checks reject invalid values of an argument and of its environment variable, by the name of the argument.
var checks = map[string]func(value string) error{
	"api_token":         vantage.CheckAPIToken,
	"host":              checkHost,
	"max_poll_interval": minimum(time.Second, "must be at least 1s"),
	"timeout":           minimum(1, "must be above zero"),
	"workspace_token":   argument.CheckToken,
}

// check returns an error if the value of an argument or of its environment variable is invalid. An empty value counts
// as not set.
func check(name, value string) error {
	switch {
	case value == "":
		return nil
	case strings.Trim(value, `"'`) != value:
		return errors.New("it starts or ends with a quotation mark, which is not part of the value; remove it")
	}
	return checks[name](value)
}

// checkArgument is check for an argument, whose error can recommend a function of Terraform.
func checkArgument(name, value string) error {
	err := check(name, value)
	if err != nil && strings.TrimSpace(value) != value {
		return fmt.Errorf("%w; trimspace removes white space, such as the line break at the end of a file", err)
	}
	return err
}

func validators(name string) []validator.String {
	description := "of the provider argument " + name + " must be valid"
	return argument.Checked(description, func(value string) error { return checkArgument(name, value) })
}

func checkHost(value string) error {
	_, err := vantage.ParseHost(value)
	return err
}

func minimum(least time.Duration, rule string) func(string) error {
	return func(value string) error {
		d, err := argument.ParseDuration(value)
		if err == nil && d < least {
			err = fmt.Errorf("the duration %s %s", value, rule)
		}
		return err
	}
}
