// Package diagnostics converts errors of the API client to diagnostics.
package diagnostics

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-vantage/internal/vantage"
)

// Detail returns the detail of a diagnostic: the cause, further paragraphs, and the API's messages. Empty paragraphs
// are left out.
func Detail(e *vantage.Error, further ...string) string {
	paragraphs := []string{cause(e)}
	if e.Unconfirmed > 0 {
		count := vantage.CountExports(e.Unconfirmed)
		paragraphs = append(paragraphs, strings.ToUpper(count[:1])+count[1:]+
			", because the outcome of the requests is unknown. Exports expire; there is nothing to clean up.")
	}
	for _, paragraph := range further {
		if paragraph != "" {
			paragraphs = append(paragraphs, paragraph)
		}
	}
	if len(e.Messages) > 0 {
		paragraphs = append(paragraphs, fmt.Sprintf("API message: %q", strings.Join(e.Messages, "; ")))
	}
	return strings.Join(paragraphs, "\n\n")
}

// cause says what failed, in a sentence or two.
func cause(e *vantage.Error) string {
	request := strings.TrimSpace(e.Method + " " + e.Path)
	switch {
	case e.Kind == vantage.ExportFailed:
		return "The API could not complete the export."
	case e.Kind == vantage.TimedOut || e.Kind == vantage.Interrupted:
		return ended(e)
	case e.StatusCode != 0 && e.FromAPI:
		return fmt.Sprintf("The API responded to %s with %s.", request, status(e))
	case e.Kind == vantage.TooMany && e.StatusCode != 0:
		return fmt.Sprintf("The response to %s cannot be read: %v.", request, e.Err)
	case e.StatusCode != 0:
		text := fmt.Sprintf("The response to %s has status %s", request, status(e))
		if e.ContentType != "" {
			text += " and content type " + e.ContentType
		}
		return text + ", and is not in the API's format" + because(e) + "."
	case request == "":
		return fmt.Sprintf("%v.", e.Err)
	}
	return fmt.Sprintf("%s failed: %v.", request, e.Err)
}

func status(e *vantage.Error) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode)))
}

func because(e *vantage.Error) string {
	if e.Err == nil {
		return ""
	}
	return fmt.Sprintf(": %v", e.Err)
}

// ended says why a call ended before it was done.
func ended(e *vantage.Error) string {
	text := fmt.Sprintf("The operation %s%s.", e.Ending(), because(e))
	if e.Kind == vantage.Interrupted {
		text = fmt.Sprintf("The operation was %s.", e.Ending())
	}
	if e.LastFailure != nil {
		text += fmt.Sprintf(" Last failure: %v.", e.LastFailure)
	}
	return text
}

// Remedy says how to fix the cause of an error, "" if there is nothing general to say. notFound is for a 404 or 410 of
// the API.
func Remedy(e *vantage.Error, notFound string) string {
	switch {
	case e.Kind == vantage.Interrupted:
		return "Run Terraform again."
	case e.Kind == vantage.Internal:
		return "This is a defect of the provider. Report it with the text above."
	case e.NotFound():
		return notFound
	case e.StatusCode == http.StatusOK && (e.Kind == vantage.TooMany || e.ContentType == "application/json"):
		return "If this repeats, contact Vantage's support with the text above."
	case e.StatusCode != 0 && !e.FromAPI:
		return "A gateway, a proxy or a sign-in page between this machine and the API may have sent it. " +
			"Check the provider's host (VANTAGE_HOST) and the proxy settings, then run Terraform again."
	case e.StatusCode != 0:
		return rejectionRemedy(e.StatusCode)
	case e.Kind == vantage.CertificateNotTrusted:
		return "If a proxy inspects TLS connections, add its certificate authority to those that this machine trusts, or " +
			"name its file in the environment variable SSL_CERT_FILE (Linux)."
	case e.Kind == vantage.Unreachable && e.Unconfirmed > 0:
		return "Run Terraform again. " +
			"If this repeats, check whether a proxy or gateway has a shorter timeout than the API needs."
	case e.Kind == vantage.Unreachable:
		return "The host has not responded in this run. Check the provider's host (VANTAGE_HOST), the network and the " +
			"proxy settings, and that this machine trusts the host's certificate."
	}
	return ""
}

func rejectionRemedy(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "The API token is mistyped, expired or revoked. Check the provider's api_token (VANTAGE_API_TOKEN)."
	case http.StatusPaymentRequired:
		return "The plan of the Vantage account does not include this. Contact the administrator of the account."
	case http.StatusForbidden:
		return "The API token needs the read scope and access to the workspace of the report."
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return "Correct the configuration according to the API message, and apply again."
	}
	return "Run Terraform again later. If this repeats, contact Vantage's support with the status and the API message."
}

// NoSuchReport says what to check after a 404 about the report that an argument names.
func NoSuchReport(argument string) string {
	return "The API token cannot access such a report. Check " + argument + ", and that the API token has access to the " +
		"workspace of the report."
}

// NotConfigured is the error of an operation that needs the client while there is none.
func NotConfigured(summary string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summary, "The provider configuration has values that are known only after apply, "+
		"so no request can be sent. Apply the resources of these values first (terraform apply -target=…), "+
		"or set the values with environment variables.")
}

// UnexpectedProviderData is the error of a type whose provider data has a wrong type.
func UnexpectedProviderData(provided any) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unexpected provider data", fmt.Sprintf("The provider passed data of the type %T, "+
		"which this type cannot use. This is a defect of the provider. Report it with the text above.", provided))
}
