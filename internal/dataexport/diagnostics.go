package dataexport

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-vantage/internal/clientdiag"
	"terraform-provider-vantage/internal/vantage"
)

// operation names what a surface was doing, for the words of a diagnostic.
type operation struct {
	// verb and noun complete "Could not <verb> <noun>".
	verb, noun string
	// creates tells that the operation asks for an export, and report is the argument that names what a 404 is about then.
	creates bool
	report  string
	// timedOut says what is left of an export when the time was not enough, and how to go on.
	timedOut func(token string) string
	// refused says the same after an answer that ended the wait. Nil where there is nothing to say.
	refused func(token string) string
	// failed says what to do about an export that the server could not make.
	failed string
	// interrupted says how to go on after an interrupt. Nil: by running Terraform again.
	interrupted func(token string) string
	// timeoutHint names the timeout that bounds a download, and retryHint says how to have the files after it has failed.
	timeoutHint, retryHint string
	// whenEmpty says what to check when an export has no files.
	whenEmpty string
}

// operation returns one that makes an export, or goes on with one of the kind.
func (d Definition) operation(verb string) operation {
	return operation{verb: verb, noun: d.Noun, report: d.Report, whenEmpty: d.WhenEmpty}
}

func (o operation) summary() string { return "Could not " + o.verb + " " + o.noun }

// failure turns an error of the client's into a diagnostic: what happened, to which export, the server's own words, and
// what to do next.
func (o operation) failure(err error) diag.Diagnostic {
	var e *vantage.Error
	if !errors.As(err, &e) {
		return diag.NewErrorDiagnostic(o.summary(), err.Error())
	}
	export := ""
	if e.Token != "" {
		export = "Export: " + nameOf(e.Token, e.Status)
	}
	text := clientdiag.Detail(e, export, o.next(e))
	if at, ok := o.attributePath(e); ok {
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

// next says what to do: to mend the cause, and with an export that is left behind.
func (o operation) next(e *vantage.Error) string {
	switch {
	case e.Kind == vantage.ExportFailed:
		return o.failed
	case e.Kind == vantage.Interrupted && e.Token != "" && o.interrupted != nil:
		return o.interrupted(e.Token)
	case e.Kind == vantage.Interrupted:
		return o.remedy(e)
	case e.Kind == vantage.TimedOut && e.Token == "":
		return "The API has not said that it made an export. Check that the provider's host is right and reachable and " +
			"that " +
			"the account's request limit is not used up by others, or allow more time in the timeouts block."
	case e.Kind == vantage.TimedOut:
		return o.timedOut(e.Token)
	case e.Token != "" && o.refused != nil:
		return strings.TrimSpace(o.remedy(e) + "\n\n" + o.refused(e.Token))
	}
	return o.remedy(e)
}

// remedy says how to do away with the cause of a failure.
func (o operation) remedy(e *vantage.Error) string {
	if e.Token != "" {
		return clientdiag.Remedy(e, noSuchExport(e.Token))
	}
	return clientdiag.Remedy(e, clientdiag.NoSuchReport(o.report))
}

// noSuchExport explains a 404. The prefixes of tokens are not documented, so they are advice and never a reason to
// refuse.
func noSuchExport(token string) string {
	const gone = "There is no such export, or no longer: exports expire by themselves. Check the token, or have a new " +
		"export made."
	if strings.HasPrefix(token, "rprt_") {
		return gone + " A token that begins with rprt_ is that of a report; an export's begins with dta_xprt_."
	}
	return gone
}

// attributePath returns the argument that a rejected POST is about, if the status or the documented message names it.
func (o operation) attributePath(e *vantage.Error) (path.Path, bool) {
	if !o.creates || e.Kind != vantage.Rejected || e.Token != "" {
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
	return clientdiag.ErrNotConfigured(o.summary())
}

func (o operation) warnInterrupted(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Interrupted while the "+o.noun+" was pending",
		fmt.Sprintf("The export %s goes on at the server, and its token is kept in the state. The next apply waits for it; "+
			"no second one is made.", token))
}

func (o operation) warnNoFiles(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The "+o.noun+" is empty",
		strings.TrimSpace(fmt.Sprintf("The export %s is completed and has no files: there was nothing to export. "+
			"%s", token, o.whenEmpty)))
}
