package dataexport

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-vantage/internal/vantage"
)

// operation names what a surface was doing, for the words of a diagnostic.
type operation struct {
	// verb and noun complete "Could not <verb> <noun>".
	verb, noun string
	// makes tells that the operation asks for an export, and report is the argument that names what a 404 is about then.
	makes  bool
	report string
	// timedOut says what is left of an export when the time was not enough, and how to go on.
	timedOut func(token string) string
	// refused says the same after an answer that ended the wait. Nil where there is nothing to say.
	refused func(token string) string
	// failed says what to do about an export that the server could not make.
	failed string
	// whenEmpty says what to check when an export has no files.
	whenEmpty string
}

// operation returns one that makes an export, or goes on with one of the kind.
func (k Kind) operation(verb string) operation {
	return operation{verb: verb, noun: k.Noun, report: k.Report, whenEmpty: k.WhenEmpty}
}

func (o operation) summary() string { return "Could not " + o.verb + " " + o.noun }

// failure turns an error of the client's into a diagnostic: what happened, to which export, the server's own words, and
// what to do next.
func (o operation) failure(err error) diag.Diagnostic {
	var e *vantage.Error
	if !errors.As(err, &e) {
		return diag.NewErrorDiagnostic(o.summary(), err.Error())
	}
	detail := []string{o.happened(e)}
	if len(e.Messages) > 0 {
		detail = append(detail, "The server says: "+strings.Join(e.Messages, "; "))
	}
	if e.Token != "" {
		detail = append(detail, "Export: "+nameOf(e.Token, e.Status))
	}
	if e.Unconfirmed > 0 {
		detail = append(detail, fmt.Sprintf("Up to %d exports may have been made: nothing tells what has become of the "+
			"requests for them. They expire by themselves; there is nothing to clean up.", e.Unconfirmed))
	}
	if next := o.next(e); next != "" {
		detail = append(detail, next)
	}
	text := strings.Join(detail, "\n\n")
	if at, ok := o.culprit(e); ok {
		return diag.NewAttributeErrorDiagnostic(at, o.summary(), text)
	}
	return diag.NewErrorDiagnostic(o.summary(), text)
}

func nameOf(token, status string) string {
	if status == "" {
		return token
	}
	return fmt.Sprintf("%s (status %q)", token, status)
}

func (o operation) happened(e *vantage.Error) string {
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

// next says what to do: to mend the cause, and with an export that is left behind.
func (o operation) next(e *vantage.Error) string {
	switch {
	case e.Kind == vantage.ExportFailed:
		return o.failed
	case e.Kind == vantage.Interrupted:
		return "Run Terraform again."
	case e.Kind == vantage.TimedOut && e.Token == "":
		return "The API has not said that it made an export. Check that the provider's host is right and reachable and that " +
			"the account's request limit is not used up by others, or allow more time in the timeouts block."
	case e.Kind == vantage.TimedOut:
		return o.timedOut(e.Token)
	case e.Token != "" && o.refused != nil:
		return strings.TrimSpace(o.mend(e) + "\n\n" + o.refused(e.Token))
	}
	return o.mend(e)
}

// mend says how to do away with the cause of a failure.
func (o operation) mend(e *vantage.Error) string {
	switch e.Kind {
	case vantage.Rejected:
		return o.mendRejection(e)
	case vantage.Unreachable:
		if e.Unconfirmed > 0 {
			return "Apply again when the API answers. If it stays so, see what stands between this machine and the API: " +
				"a proxy or a gateway may give up sooner than the API answers."
		}
		return "The host has never answered in this run. Check that the provider's host (VANTAGE_HOST) is right, and that " +
			"this machine can reach it and trusts its certificate."
	case vantage.Untrusted:
		return "Nothing was sent there. Check that the provider's host (VANTAGE_HOST) is that of the API itself, not of " +
			"something that redirects to it."
	case vantage.Internal:
		return "This is a defect of the provider. Report it, with the text above."
	case vantage.Malformed:
		return "Check that the provider's host (VANTAGE_HOST) is that of the Vantage API. If it is, this is for Vantage's " +
			"support, with the text above."
	}
	return ""
}

func (o operation) mendRejection(e *vantage.Error) string {
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
		if e.Token != "" {
			return noSuchExport(e.Token)
		}
		return "The API token sees no such report. Check " + o.report + ", and that the API token has access to the report's " +
			"workspace."
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return "Correct the configuration as the server says, and apply again."
	}
	return "Try again later; if it stays so, the status and the server's words are for Vantage's support."
}

// notOfAPI reports whether a 404 comes from something else than the API: a gateway, or the server of another host.
func notOfAPI(e *vantage.Error) bool { return e.StatusCode == http.StatusNotFound && !e.NotFound() }

// noSuchExport explains a 404. The prefixes of tokens are not documented, so they are advice and never a reason to refuse.
func noSuchExport(token string) string {
	const gone = "There is no such export, or no longer: exports expire by themselves. Check the token, or have a new export made."
	if strings.HasPrefix(token, "rprt_") {
		return gone + " A token that begins with rprt_ is that of a report; an export's begins with dta_xprt_."
	}
	return gone
}

// culprit returns the argument that a refusal of the POST is about, where the status or the documented words tell for
// certain.
func (o operation) culprit(e *vantage.Error) (path.Path, bool) {
	if !o.makes || e.Kind != vantage.Rejected || e.Token != "" {
		return path.Empty(), false
	}
	switch {
	case e.NotFound():
		return path.Root(o.report), true
	case e.StatusCode == http.StatusBadRequest && strings.Contains(strings.Join(e.Messages, " "), "workspace_token"):
		return path.Root("workspace_token"), true
	}
	return path.Empty(), false
}

// Diagnostics that several surfaces have, and that are not about an error of the client's.

func (o operation) errNotConfigured() diag.Diagnostic {
	return diag.NewErrorDiagnostic(o.summary(), "A request has to be made now, but the provider's configuration holds values "+
		"that are known only after the apply. Apply what they come from first (terraform apply -target=…), or give them by "+
		"environment variables.")
}

func (o operation) warnInterrupted(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Interrupted while the "+o.noun+" was pending",
		fmt.Sprintf("The export %s goes on at the server, and its token is kept in the state. The next apply waits for it; "+
			"no second one is made.", token))
}

func (o operation) warnNoFiles(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The "+o.noun+" is empty",
		strings.TrimSpace(fmt.Sprintf("The export %s is completed and has no files: there was nothing to export. %s", token, o.whenEmpty)))
}
