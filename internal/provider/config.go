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
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

type providerModel struct {
	APIToken        types.String `tfsdk:"api_token"`
	Host            types.String `tfsdk:"host"`
	MaxPollInterval types.String `tfsdk:"max_poll_interval"`
	Timeout         types.String `tfsdk:"timeout"`
	WorkspaceToken  types.String `tfsdk:"workspace_token"`
}

// data returns the provider data. It is empty if an argument is invalid or known only after apply.
func (m providerModel) data(userAgent string) (providerdata.Data, diag.Diagnostics) {
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
		s.diags.Append(diagnostics.MissingToken.ErrorAt(path.Root("api_token"), nil))
	}
	if s.unknown || s.diags.HasError() {
		return providerdata.Data{}, s.diags
	}
	data, err := providerdata.New(options)
	if err != nil {
		s.diags.Append(diagnostics.InvalidClient.Error(diagnostics.Values{"problem": err.Error()}))
	} else if err := data.Client.CheckProxy(); err != nil {
		s.diags.Append(diagnostics.InvalidProxy.Warning(diagnostics.Values{"problem": err.Error()}))
	}
	return data, s.diags
}

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
	source, value, check := "provider argument "+name, argument.ValueString(), checkArgument
	if value == "" {
		variable := "VANTAGE_" + strings.ToUpper(name)
		source, value, check = "environment variable "+variable, os.Getenv(variable), checkValue
	}
	if err := check(name, value); err != nil {
		s.diags.Append(diagnostics.InvalidSetting.ErrorAt(path.Root(name),
			diagnostics.Values{"source": source, "problem": err.Error()}))
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

// checkValue returns an error if the value of an argument or of its environment variable is invalid. An empty value
// counts as not set.
func checkValue(name, value string) error {
	switch {
	case value == "":
		return nil
	case strings.Trim(value, `"'`) != value:
		return errors.New("it starts or ends with a quotation mark, which is not part of the value; remove it")
	}
	return checks[name](value)
}

// checkArgument is checkValue for an argument, which functions of the configuration can correct.
func checkArgument(name, value string) error {
	err := checkValue(name, value)
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
