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

// subject is what the diagnostics of an export type are about.
func (d Definition) subject() diagnostics.Subject {
	return diagnostics.Subject{Noun: d.Noun, Report: d.Report, WhenEmpty: d.WhenEmpty}
}

// about returns the values of a message about an export.
func about(s diagnostics.Subject, token string) diagnostics.Values {
	return diagnostics.Values{"noun": s.Noun, "token": token}
}

func isNotFound(err error) bool {
	var e *vantage.Error
	return errors.As(err, &e) && e.NotFound()
}

func isKind(err error, kind vantage.ErrorKind) bool {
	var e *vantage.Error
	return errors.As(err, &e) && e.Kind == kind
}

// isExpiredStatus reports whether polling ended because the API reports the export as expired, which is not documented.
func isExpiredStatus(err error) bool {
	var e *vantage.Error
	return errors.As(err, &e) && e.Kind == vantage.ExportFailed && strings.EqualFold(e.Status, "expired")
}

// failedExport is the error of an export that a single poll reports as failed.
func failedExport(e *vantage.DataExport) error {
	return &vantage.Error{Kind: vantage.ExportFailed, Token: e.Token, Status: e.Status, Messages: e.Messages}
}

func warnFailed(s diagnostics.Subject, e *vantage.DataExport) diag.Diagnostic {
	values := about(s, e.Token)
	values["status"], values["messages"] = fmt.Sprintf("%q", e.Status), ""
	if len(e.Messages) > 0 {
		values["messages"] = fmt.Sprintf("\n\nAPI message: %q", strings.Join(e.Messages, "; "))
	}
	return diagnostics.FailedExport.Warning(values)
}

// warnCompleted warns about a completed export that is empty, or whose expiry is not stored.
func warnCompleted(s diagnostics.Subject, e *vantage.DataExport) (diags diag.Diagnostics) {
	if len(e.Manifest.Files) == 0 {
		values := about(s, e.Token)
		values["check"] = s.WhenEmpty
		diags.Append(diagnostics.EmptyExport.Warning(values))
	}
	return append(diags, warnUnreadable(s, e)...)
}

// warnUnreadable warns about what the API reports of an export and state cannot store.
func warnUnreadable(s diagnostics.Subject, e *vantage.DataExport) (diags diag.Diagnostics) {
	if e.Manifest != nil && e.Manifest.ValidUntilUnreadable {
		diags.Append(diagnostics.UnreadableExpiry.Warning(about(s, e.Token)))
	}
	if exceedsLimits(e.Attributes) {
		values := about(s, e.Token)
		values["limits"] = fmt.Sprintf("%d KiB, %d values or %d levels",
			maxAttributesSize>>10, maxAttributesValues, maxAttributesLevels)
		diags.Append(diagnostics.LargeAttributes.WarningAt(path.Root("attributes"), values))
	}
	return diags
}

// warnExpired warns about an export whose URLs do not work.
func warnExpired(s diagnostics.Subject, expiry diagnostics.Expiry) diag.Diagnostic {
	values := about(s, expiry.Token)
	values["expiry"] = expiry.String()
	if expiry.OfURLs {
		return diagnostics.ExpiredURLs.Warning(values)
	}
	return diagnostics.ExpiredExport.Warning(values)
}

// warnImported warns about an imported export that has expired, or seems to have another export type.
func (d Definition) warnImported(export *vantage.DataExport) (diags diag.Diagnostics) {
	if expiry, ok := expiryOf(export, export.AsOf); ok {
		diags.Append(warnExpired(d.subject(), expiry))
	}
	if export.ExportType != "" && !strings.HasPrefix(strings.ToLower(export.ExportType), d.ExportType) {
		values := about(d.subject(), export.Token)
		values["type"] = fmt.Sprintf("%q", export.ExportType)
		diags.Append(diagnostics.ImportOtherType.Warning(values))
	}
	return append(diags, warnUnreadable(d.subject(), export)...)
}

func warnMarginTooLong(state *ResourcePart, margin string) diag.Diagnostic {
	return diagnostics.MarginTooLong.WarningAt(path.Root("renew_before_expiry"), diagnostics.Values{
		"validity": state.validity().String(), "margin": margin,
	})
}
