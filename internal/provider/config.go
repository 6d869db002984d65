package provider

import (
	"context"
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
		Host:            s.text("host", m.Host, checkHost),
		APIToken:        s.text("api_token", m.APIToken, vantage.CheckAPIToken),
		WorkspaceToken:  s.text("workspace_token", m.WorkspaceToken, argument.CheckToken),
		Timeout:         s.duration("timeout", m.Timeout, checkTimeout),
		MaxPollInterval: s.duration("max_poll_interval", m.MaxPollInterval, checkPollInterval),
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

// text returns an argument, the environment variable VANTAGE_<NAME>, or "".
func (s *settings) text(name string, argument types.String, valid check) string {
	if argument.IsUnknown() {
		s.unknown = true
		return ""
	}
	if value := argument.ValueString(); value != "" {
		s.diags.Append(valid.validate(name, "provider argument "+name, value)...)
		return value
	}
	variable := "VANTAGE_" + strings.ToUpper(name)
	value := os.Getenv(variable)
	s.diags.Append(valid.validate(name, "environment variable "+variable, value)...)
	return value
}

func (s *settings) duration(name string, argument types.String, valid check) time.Duration {
	d, _ := time.ParseDuration(s.text(name, argument, valid))
	return d
}

// check is the validator of an argument and of its environment variable. An empty value counts as not set.
type check func(value string) error

// validate returns an error for the argument if the value is invalid. The source is the argument or its variable.
func (c check) validate(name, source, value string) (diags diag.Diagnostics) {
	var err error
	switch {
	case value == "":
	case strings.Trim(value, `"'`) != value:
		err = errors.New("it starts or ends with a quotation mark, which is not part of the value; remove it")
	default:
		err = c(value)
	}
	if err != nil {
		diags.AddAttributeError(path.Root(name), "Invalid "+source, fmt.Sprintf("The %s is invalid: %v.", source, err))
	}
	return diags
}

// ValidateString implements validator.String.
func (c check) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	name := req.Path.String()
	resp.Diagnostics.Append(c.validate(name, "provider argument "+name, req.ConfigValue.ValueString())...)
}

func (check) Description(context.Context) string         { return "must be valid" }
func (check) MarkdownDescription(context.Context) string { return "must be valid" }

func checkHost(value string) error {
	_, err := vantage.ParseHost(value)
	return err
}

var (
	checkTimeout      = durationCheck(1, "must be above zero")
	checkPollInterval = durationCheck(time.Second, "must be at least 1s")
)

func durationCheck(minimum time.Duration, rule string) check {
	return func(value string) error {
		d, err := argument.ParseDuration(value)
		if err == nil && d < minimum {
			err = fmt.Errorf("the duration %s %s", value, rule)
		}
		return err
	}
}
