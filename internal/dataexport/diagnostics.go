package dataexport

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

// operation names what a surface was doing, for the words of a diagnostic.
type operation struct {
	// verb completes "Could not … unit cost export".
	verb string
	// whenTimedOut tells the user what to do when the time was not enough. A %s in it stands for the export's token.
	whenTimedOut string
	// arguments tells that the surface has those of a request, so that a refusal can be shown at one of them.
	arguments bool
}

func (o operation) summary() string { return "Could not " + o.verb + " unit cost export" }

// failure turns an error of the client's into a diagnostic: what happened, to which export, the server's own words, and
// what to do next.
func (o operation) failure(err error) diag.Diagnostic {
	var e *vantage.Error
	if !errors.As(err, &e) {
		return diag.NewErrorDiagnostic(o.summary(), err.Error())
	}
	var detail []string
	say := func(format string, a ...any) { detail = append(detail, fmt.Sprintf(format, a...)) }

	say("%s", o.happened(e))
	if len(e.Messages) > 0 {
		say("The server says: %s", strings.Join(e.Messages, "; "))
	}
	if e.Token != "" {
		export := "Export: " + e.Token
		if e.Status != "" {
			export += fmt.Sprintf(" (status %q)", e.Status)
		}
		say("%s", export)
	}
	if next := o.next(e); next != "" {
		say("%s", next)
	}
	text := strings.Join(detail, "\n\n")
	if at, ok := o.culprit(e); ok {
		return diag.NewAttributeErrorDiagnostic(at, o.summary(), text)
	}
	return diag.NewErrorDiagnostic(o.summary(), text)
}

func (o operation) happened(e *vantage.Error) string {
	request := strings.TrimSpace(e.Method + " " + e.Path)
	switch e.Kind {
	case vantage.Rejected:
		return strings.TrimSpace(fmt.Sprintf("The API answered %s with %d %s", request, e.StatusCode, http.StatusText(e.StatusCode))) + "."
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
	return fmt.Sprintf("%s: %v.", request, e.Err)
}

func (o operation) next(e *vantage.Error) string {
	switch e.Kind {
	case vantage.Rejected:
		return o.nextAfterRejection(e)
	case vantage.ExportFailed:
		return "Nothing of it is kept. Apply again to have another one made; if that fails too, the server's words and the cost report in the Vantage console tell more."
	case vantage.TimedOut:
		if e.Token == "" {
			return "The API has not said that it made an export. Check that the provider's host is right and reachable and that the account's request limit is not used up by others, or allow more time in the timeouts block."
		}
		return strings.ReplaceAll(o.whenTimedOut, "%s", e.Token)
	case vantage.Interrupted:
		return "Run Terraform again."
	case vantage.Untrusted:
		return "Nothing was sent there. Check that the provider's host (VANTAGE_HOST) is the address of the API itself, not of something that redirects to it."
	case vantage.Malformed:
		return "Check that the provider's host (VANTAGE_HOST) is the address of the Vantage API. If it is, this is for Vantage's support, with the text above."
	}
	return ""
}

func (o operation) nextAfterRejection(e *vantage.Error) string {
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return "The API token is not accepted. Check the provider's api_token (VANTAGE_API_TOKEN): it may be mistyped, expired or revoked."
	case http.StatusPaymentRequired:
		return "The plan of the Vantage account does not include this. Ask whoever manages the account's subscription."
	case http.StatusForbidden:
		return "The API token may not do this. It needs the read scope, and access to the workspace of the cost report."
	case http.StatusNotFound:
		if e.Token != "" {
			return "There is no such export, or no longer: exports expire by themselves. Check the token, or have a new export made."
		}
		return "The API token sees no such cost report. Check cost_report_token, and that the API token has access to the report's workspace."
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return "Correct the configuration as the server says, and apply again."
	}
	return "Try again later; if it stays so, the status and the server's words are for Vantage's support."
}

// culprit returns the argument that a refusal is about, by the names of the API in the server's words.
func (o operation) culprit(e *vantage.Error) (path.Path, bool) {
	if !o.arguments || e.Kind != vantage.Rejected || e.Token != "" {
		return path.Empty(), false
	}
	said := strings.ToLower(strings.Join(e.Messages, " "))
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusForbidden, http.StatusNotFound:
		for _, name := range []string{"workspace", "start_date", "end_date", "date_bin", "report"} {
			if strings.Contains(said, name) {
				argument := map[string]string{"workspace": "workspace_token", "report": "cost_report_token"}[name]
				if argument == "" {
					argument = name
				}
				return path.Root(argument), true
			}
		}
	}
	if e.StatusCode == http.StatusNotFound {
		return path.Root("cost_report_token"), true
	}
	return path.Empty(), false
}

// Diagnostics that are not about an error of the client's.

func errNotConfigured(o operation) diag.Diagnostic {
	return diag.NewErrorDiagnostic(o.summary(), "A request has to be made now, but the provider's configuration holds values that are known only after the apply. "+
		"Apply what they come from first (terraform apply -target=…), or give them by environment variables.")
}

func warnNotRefreshed(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Unit cost export was not refreshed", fmt.Sprintf("The provider's configuration holds values that are known only after the apply, so the API could not be asked about the export %s. The plan rests on what the state says of it.", token))
}

func warnInterrupted(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Interrupted while the unit cost export was pending",
		fmt.Sprintf("The export %s goes on at the server, and its token is kept in the state. The next apply waits for it; no second one is made.", token))
}

func warnNoFiles(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The unit cost export is empty",
		fmt.Sprintf("The export %s is completed and has no files: there were no unit costs to export. Check that the cost report has business metrics, and data between the dates.", token))
}

func warnFailed(e *vantage.DataExport) diag.Diagnostic {
	text := fmt.Sprintf("The export %s has ended at the server with the status %q and is taken out of the state. The next apply makes another one.", e.Token, e.Status)
	if len(e.Messages) > 0 {
		text += "\n\nThe server says: " + strings.Join(e.Messages, "; ")
	}
	return diag.NewWarningDiagnostic("Unit cost export failed", text)
}

func warnExpired(token string, until time.Time) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The unit cost export has expired",
		fmt.Sprintf("The addresses of the files of the export %s expired at %s. To have a new export made, apply with -replace or change triggers; with renew_before_expiry it is renewed by itself.", token, until.Format(time.RFC3339)))
}

func warnRenewal(token string, manifest types.Object, seenAt time.Time) diag.Diagnostic {
	until, _ := validUntil(manifest)
	return diag.NewAttributeWarningDiagnostic(path.Root("renew_before_expiry"), "The unit cost export is due for renewal",
		fmt.Sprintf("The addresses of the files of the export %s expire at %s, %s after the API was last asked: less than renew_before_expiry. The apply makes a new export.",
			token, until.Format(time.RFC3339), until.Sub(seenAt).Round(time.Minute)))
}

func (o operation) expired(token string, until time.Time) diag.Diagnostic {
	return diag.NewErrorDiagnostic(o.summary(), fmt.Sprintf("The addresses of the files of the export %s expired at %s. Have a new export made and use its token: apply with -replace and the address of the resource that it comes from, or let that resource have renew_before_expiry. To destroy all the same, use -refresh=false.", token, until.Format(time.RFC3339)))
}

const marginTooLong = "With a renew_before_expiry as long as an export is valid, here %s, every plan would replace the export by a new one. Set a shorter one; to destroy all the same, use -refresh=false."

func errMarginTooLong(life time.Duration) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("renew_before_expiry"), "The margin for renewal is too long", fmt.Sprintf(marginTooLong, life))
}

func warnMarginTooLong(life time.Duration) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("renew_before_expiry"), "The margin for renewal is too long", fmt.Sprintf(marginTooLong+" As it is, the next plan fails.", life))
}
