package provider

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

// setting is one argument of the provider block, with the environment variable that stands in for it.
type setting struct {
	name, env string
	value     types.String
}

// text returns what the argument says, else the environment, else "".
func (s setting) text() string { return cmp.Or(s.value.ValueString(), os.Getenv(s.env)) }

// known reports whether text says anything about what the argument will be.
func (s setting) known() bool { return !s.value.IsUnknown() }

func (s setting) problem(summary, detail string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(s.name), summary,
		fmt.Sprintf("%s Set the provider's %s argument or the environment variable %s.", detail, s.name, s.env))
}

func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// client makes the API client. It returns nil where an argument is not known yet, and with diagnostics where one is
// wrong.
func (m providerModel) client(userAgent string) (*vantage.Client, diag.Diagnostics) {
	var (
		diags     diag.Diagnostics
		apiToken  = setting{"api_token", "VANTAGE_API_TOKEN", m.APIToken}
		host      = setting{"host", "VANTAGE_HOST", m.Host}
		timeout   = setting{"timeout", "VANTAGE_TIMEOUT", m.Timeout}
		workspace = setting{"workspace_token", "VANTAGE_WORKSPACE_TOKEN", m.WorkspaceToken}
	)
	if err := vantage.CheckAPIToken(apiToken.text()); err != nil && apiToken.known() {
		diags.Append(apiToken.problem("No usable Vantage API token", sentence(err)+" Requests to the API need one with "+
			"the read scope; it is made in the Vantage console, in the settings of API access tokens."))
	}
	if _, err := vantage.ParseHost(host.text()); err != nil && host.known() {
		diags.Append(host.problem("The address of the Vantage API cannot be used", sentence(err)))
	}
	var perRequest time.Duration
	if text := timeout.text(); text != "" && timeout.known() {
		var err error
		if perRequest, err = time.ParseDuration(text); err != nil || perRequest <= 0 {
			diags.Append(timeout.problem("The request timeout cannot be used", fmt.Sprintf("%q is not a duration above "+
				"zero, such as 30s or 1m.", text)))
		}
	}
	for _, s := range []setting{apiToken, host, timeout, workspace} {
		if !s.known() {
			return nil, diags
		}
	}
	if diags.HasError() {
		return nil, diags
	}
	client, err := vantage.New(vantage.Options{
		Host:           host.text(),
		APIToken:       apiToken.text(),
		WorkspaceToken: workspace.text(),
		Timeout:        perRequest,
		UserAgent:      userAgent,
		Logger:         newLogger(),
	})
	if err != nil {
		diags.AddError("The Vantage API client cannot be made", err.Error())
	}
	return client, diags
}
