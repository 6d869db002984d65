package dataexport

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/vantage"
)

// unknownValidity is how long an export counts as valid if the API does not report valid_until.
const unknownValidity = 48 * time.Hour

// validUntil returns when the export expires: at valid_until or, if that is unknown, two days after it was accepted. It
// is zero if neither is known.
func (e exported) validUntil(acceptedAt time.Time) time.Time {
	if until := e.timeAfterCompletion("valid_until"); !until.IsZero() {
		return until
	}
	for _, text := range []types.String{e.CreatedAt, e.manifestText("completed_at")} {
		if acceptedAt.IsZero() {
			acceptedAt, _ = vantage.ParseTime(text.ValueString())
		}
	}
	if acceptedAt.IsZero() {
		return time.Time{}
	}
	return acceptedAt.Add(unknownValidity)
}

// statedExpiry returns when the URLs expire, or the export if that is unknown. It is zero if nothing states it.
func (e exported) statedExpiry() time.Time {
	if until := e.timeAfterCompletion("urls_valid_until"); !until.IsZero() {
		return until
	}
	return e.timeAfterCompletion("valid_until")
}

// expiryOf returns what of an export has expired at a time. It returns false if its URLs can work.
func expiryOf(e *vantage.DataExport, now time.Time) (diagnostics.Expiry, bool) {
	reported := exported{Manifest: manifestValue(e.Manifest)}
	if until := reported.timeAfterCompletion("valid_until"); hasPassed(until, now) {
		return diagnostics.Expiry{Token: e.Token, At: until}, true
	}
	until := reported.timeAfterCompletion("urls_valid_until")
	return diagnostics.Expiry{Token: e.Token, At: until, OfURLs: true}, hasPassed(until, now)
}

// isExpired reports whether the export has expired.
func (e exported) isExpired(acceptedAt, now time.Time) bool {
	return hasPassed(e.validUntil(acceptedAt), now)
}

// hasPassed reports whether a time has come. The zero time never does.
func hasPassed(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

// validity returns how long the export and its URLs are valid according to what they state for themselves, so that it
// does not grow with each new signature. It is zero if they do not state it.
func (e exported) validity() time.Duration {
	files, _ := e.Manifest.Attributes()["files"].(types.List)
	shortest := vantage.URLLifetime(argument.Strings(files))
	completedAt, known := vantage.ParseTime(e.manifestText("completed_at").ValueString())
	for _, name := range []string{"valid_until", "urls_valid_until"} {
		until := e.timeAfterCompletion(name)
		if known && !until.IsZero() && (shortest == 0 || until.Sub(completedAt) < shortest) {
			shortest = until.Sub(completedAt)
		}
	}
	return shortest
}

// isDue reports whether the export is to be renewed: when less than the margin is left until it expires. A margin that
// is as long as the validity would renew in every plan: the export is then renewed once it has expired.
func (e exported) isDue(margin types.String, acceptedAt, now time.Time) bool {
	m, ok := argument.Duration(margin)
	if e.isMarginTooLong(margin) {
		m = 0
	}
	expiry := e.statedExpiry()
	if expiry.IsZero() {
		expiry = e.validUntil(acceptedAt)
	}
	return ok && hasPassed(expiry, now.Add(m))
}

// isMarginTooLong reports whether the margin for renewal is as long as the export is valid, or longer.
func (e exported) isMarginTooLong(margin types.String) bool {
	m, ok := argument.Duration(margin)
	validity := e.validity()
	return ok && validity > 0 && m >= validity
}

// expiryPath is the attribute that a renewal is about: in the plan it forces the replacement.
func (e exported) expiryPath() path.Path {
	if e.manifestText("urls_valid_until").IsNull() {
		return path.Root("manifest").AtName("valid_until")
	}
	return path.Root("manifest").AtName("urls_valid_until")
}

// timeAfterCompletion returns a time of the manifest. It is zero if the time is unknown or not after completed_at: an
// export that expires as it completes would be renewed in every plan.
func (e exported) timeAfterCompletion(name string) time.Time {
	at, _ := vantage.ParseTime(e.manifestText(name).ValueString())
	if completedAt, ok := vantage.ParseTime(e.manifestText("completed_at").ValueString()); ok && !at.After(completedAt) {
		return time.Time{}
	}
	return at
}

func (e exported) manifestText(name string) types.String {
	text, _ := e.Manifest.Attributes()[name].(types.String)
	return text
}
