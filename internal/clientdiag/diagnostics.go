package clientdiag

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"terraform-provider-vantage/internal/vantage"
)

// Detail returns the detail of a diagnostic: what happened, the server's own words, and further paragraphs. Empty ones
// are left out.
func Detail(e *vantage.Error, further ...string) string {
	detail := []string{Happened(e)}
	if len(e.Messages) > 0 {
		detail = append(detail, "The server says: "+strings.Join(e.Messages, "; "))
	}
	if e.Unconfirmed > 0 {
		detail = append(detail, fmt.Sprintf("Up to %d exports may have been made: nothing tells what has become of the "+
			"requests for them. They expire by themselves; there is nothing to clean up.", e.Unconfirmed))
	}
	for _, paragraph := range further {
		if paragraph != "" {
			detail = append(detail, paragraph)
		}
	}
	return strings.Join(detail, "\n\n")
}

// Happened says what went wrong, in a sentence.
func Happened(e *vantage.Error) string {
	request := strings.TrimSpace(e.Method + " " + e.Path)
	switch e.Kind {
	case vantage.Rejected:
		server := "The API"
		if notOfAPI(e) {
			server = "The host"
		}
		return strings.TrimSpace(fmt.Sprintf("%s answered %s with %d %s",
			server, request, e.StatusCode, http.StatusText(e.StatusCode))) + "."
	case vantage.ExportFailed:
		return "The API could not make the export."
	case vantage.TimedOut, vantage.Interrupted:
		waited := e.Waited.Round(time.Second)
		text := fmt.Sprintf("The time allowed for this ran out after %s", waited)
		switch {
		case e.Kind == vantage.Interrupted:
			text = fmt.Sprintf("Interrupted after %s", waited)
		case e.Err != nil:
			text = fmt.Sprintf("The time allowed for this is too short; %s of it have passed, and %v", waited, e.Err)
		}
		if e.LastFailure != nil {
			text += fmt.Sprintf(". The last failure before: %v", e.LastFailure)
		}
		return text + "."
	}
	if request == "" {
		return fmt.Sprintf("%v.", e.Err)
	}
	return fmt.Sprintf("%s: %v.", request, e.Err)
}

// Remedy says how to do away with the cause of a failure, "" where nothing general can be said. For a 404 it is what
// notFound says.
func Remedy(e *vantage.Error, notFound string) string {
	switch e.Kind {
	case vantage.Rejected:
		return remedyRejection(e, notFound)
	case vantage.Unreachable:
		if e.Unconfirmed > 0 {
			return "Apply again when the API answers. If it stays so, see what stands between this machine and the API: " +
				"a proxy or a gateway may give up sooner than the API answers."
		}
		return "The host has never answered in this run. Check that the provider's host (VANTAGE_HOST) is right, and that " +
			"this machine can reach it and trusts its certificate."
	case vantage.Internal:
		return "This is a defect of the provider. Report it, with the text above."
	case vantage.Untrusted:
		return "Nothing was sent there. Check that the provider's host (VANTAGE_HOST) is that of the API itself, not of " +
			"something that redirects to it."
	case vantage.Malformed:
		return "Check that the provider's host (VANTAGE_HOST) is that of the Vantage API. If it is, this is for Vantage's " +
			"support, with the text above."
	case vantage.Interrupted:
		return "Run Terraform again."
	}
	return ""
}

func remedyRejection(e *vantage.Error, notFound string) string {
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return "The API token is not accepted. Check the provider's api_token (VANTAGE_API_TOKEN): it may be mistyped, " +
			"expired or revoked."
	case http.StatusPaymentRequired:
		return "The plan of the Vantage account does not include this. Ask whoever manages the account's subscription."
	case http.StatusForbidden:
		return "The API token may not do this. It needs the read scope, and access to the workspace of the report."
	case http.StatusNotFound:
		if notOfAPI(e) {
			return "The answer does not have the form of the API's errors, so it tells nothing of the export or the report. " +
				"Check that the provider's host (VANTAGE_HOST) is that of the Vantage API, and what stands before it."
		}
		return notFound
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return "Correct the configuration as the server says, and apply again."
	}
	return "Try again later; if it stays so, the status and the server's words are for Vantage's support."
}

// notOfAPI reports whether a 404 comes from something else than the API: a gateway, or the server of another host.
func notOfAPI(e *vantage.Error) bool { return e.StatusCode == http.StatusNotFound && !e.NotFound() }

// NoSuchReport says what to check after a 404 about the report that an argument names.
func NoSuchReport(argument string) string {
	return "The API token sees no such report. Check " + argument + ", and that the API token has access to the report's" +
		" workspace."
}
