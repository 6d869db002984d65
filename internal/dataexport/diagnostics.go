package dataexport

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/vantage"
)

// operation describes what failed, for the text of a diagnostic.
type operation struct {
	// verb and noun complete "Could not <verb> <noun>".
	verb, noun string
	// report is the argument that a 404 of the POST is about. It is set if the operation creates an export.
	report string
	// unfinished describes the state of an export that has not completed, and how to resume.
	unfinished string
	// failed says how to replace an export that failed, and lost how to replace an export that this operation or an
	// earlier one has named and that the API does not know.
	failed, lost string
	// timeoutHint names the timeout, and retryHint says how to repeat a wait or a download.
	timeoutHint, retryHint string
	// whenEmpty says what to check if an export has no files.
	whenEmpty string
}

const (
	newExportHint = "To create a new export, apply with `-replace` and the address of its resource. " +
		"Or change the `triggers` of that resource."
	resumeHint = "Run Terraform again to resume the wait."
)

// creating is the operation of creating an export that state does not store. again says how to repeat it.
func (d Definition) creating(again, timeoutHint string) operation {
	again += " to create a new export."
	return operation{
		verb: "create", noun: d.Noun, report: d.Report, whenEmpty: d.WhenEmpty,
		unfinished: "The export is still running. A new run creates another export. " +
			"To use this export, read the data source vantage_data_export with its token.",
		failed: again + " If that fails too, check the report in the Vantage console.",
		lost:   again, timeoutHint: timeoutHint,
	}
}

// waiting is the operation of waiting for an existing export.
func waiting(verb, retryHint, timeoutHint string) operation {
	return operation{
		verb: verb, noun: "data export",
		unfinished: "The export is still running. " + retryHint,
		failed:     newExportHint, timeoutHint: timeoutHint, retryHint: retryHint,
	}
}

func (o operation) summary() string { return "Could not " + o.verb + " " + o.noun }

// failure converts an error of the client to a diagnostic: the cause, the export, and what to do.
func (o operation) failure(err error) diag.Diagnostic {
	var e *vantage.Error
	if !errors.As(err, &e) {
		return diag.NewErrorDiagnostic(o.summary(), err.Error())
	}
	export := ""
	if e.Token != "" {
		export = "Export: " + e.Token
	}
	if e.Status != "" {
		export += fmt.Sprintf(" (status %q)", e.Status)
	}
	text := diagnostics.Detail(e, export, o.next(e))
	if o.report != "" && e.NotFound() && e.Token == "" {
		return diag.NewAttributeErrorDiagnostic(path.Root(o.report), o.summary(), text)
	}
	return diag.NewErrorDiagnostic(o.summary(), text)
}

// next says how to fix the cause, and what becomes of an export that exists.
func (o operation) next(e *vantage.Error) string {
	switch {
	case e.Kind == vantage.ExportFailed:
		return o.failed
	case e.Kind == vantage.TimedOut && e.Token == "":
		return "The API has not confirmed that it created an export. " +
			"Check that the provider's host is correct and reachable, and that other clients do not use up the rate limit. " +
			"Or set a longer timeout."
	case e.NotFound():
		return o.remedy(e)
	case e.Token == "" && e.Unconfirmed == 0 && o.report != "":
		return strings.TrimSpace("No export was created. " + o.remedy(e))
	case e.Token == "":
		return o.remedy(e)
	case e.Kind == vantage.Interrupted:
		return o.unfinished
	case e.Kind == vantage.TimedOut && o.timeoutHint != "":
		return o.unfinished + " If needed, set a longer " + o.timeoutHint + "."
	}
	return strings.TrimSpace(o.remedy(e) + "\n\n" + o.unfinished)
}

// remedy says how to fix the cause of a failure.
func (o operation) remedy(e *vantage.Error) string {
	switch {
	case e.Token != "" && o.lost != "":
		return diagnostics.Remedy(e, "The API does not know the export. "+o.lost)
	case e.Token != "":
		return diagnostics.Remedy(e, noSuchExport(e.Token))
	}
	return diagnostics.Remedy(e, diagnostics.NoSuchReport(o.report))
}

// noSuchExport explains a 404. The prefixes of tokens are not documented: they are a hint and never a reason to reject.
func noSuchExport(token string) string {
	const unknown = "The export does not exist: it has expired, or the token is mistyped. " +
		"Check the token. " + newExportHint
	if strings.HasPrefix(token, "rprt_") {
		return unknown + " A token that starts with rprt_ is that of a report; the token of an export starts with dta_xprt_."
	}
	return unknown
}

func isNotFound(err error) bool {
	var e *vantage.Error
	return errors.As(err, &e) && e.NotFound()
}

// isExpiredStatus reports whether polling ended because the API reports the export as expired, which is not documented.
func isExpiredStatus(err error) bool {
	var e *vantage.Error
	return errors.As(err, &e) && e.Kind == vantage.ExportFailed && strings.EqualFold(e.Status, "expired")
}

func (o operation) warnNoFiles(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The "+o.noun+" is empty",
		strings.TrimSpace("The export "+token+" completed without files because there is nothing to export. "+o.whenEmpty))
}

// warnUnreadable warns about what the API reports of an export and state cannot store.
func (o operation) warnUnreadable(e *vantage.DataExport) (diags diag.Diagnostics) {
	if e.Manifest != nil && e.Manifest.ValidUntilUnreadable {
		diags.AddWarning("The expiry of the "+o.noun+" is unknown",
			fmt.Sprintf("The API reports a valid_until of the export %s that is not a time. "+
				"The export counts as valid for 48 hours after it was created.", e.Token))
	}
	if exceedsLimits(e.Attributes) {
		diags.AddAttributeWarning(path.Root("attributes"), "The attributes of the "+o.noun+" are too large",
			fmt.Sprintf("The API reports attributes of the export %s with more than %d KiB, %d values or %d levels. "+
				"They are not stored: attributes is null.",
				e.Token, maxAttributesSize>>10, maxAttributesValues, maxAttributesLevels))
	}
	return diags
}
