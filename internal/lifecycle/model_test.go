package lifecycle_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/fakevantage"
)

// An independent model of what the provider plans.

// compare reports whether a configured value contradicts what is reported. Settings are compared one by one: unreported
// is whether one of them is not reported.
func compare(name, configured, reported string) (conflict, unreported bool) {
	if name != "settings" {
		return configured != reported, false
	}
	var settings, known map[string]any
	_, _ = json.Unmarshal([]byte(configured), &settings), json.Unmarshal([]byte(reported), &known)
	for name, value := range settings {
		other, ok := known[name]
		conflict, unreported = conflict || ok && other != value, unreported || !ok
	}
	return conflict, unreported
}

// valid is the model of validate.
func (r *resource) valid(c config) bool {
	return !slices.ContainsFunc(choices(r.typeName), func(choice choice) bool {
		return choice.invalid != "" && !c.unknown[choice.name] && c.args[choice.name] == choice.invalid
	})
}

// action returns what has to be planned. Of the reasons, the first counts. adopted are the arguments that are taken
// over from the configuration of an imported export.
func (w *world) action(r *resource, o object, c config) (action string, adopted []string) {
	imported := o.reported != nil
	replace, update, unknown := false, imported, false
	for _, choice := range choices(r.typeName) {
		name := choice.name
		before, after := at(o.value, name), at(c.value, name)
		reported, known := o.reported[name]
		switch {
		case choice.option && c.unknown[name]:
			unknown = true // counts as unchanged for a renewal
		case choice.option:
			update = update || !option(c, name).Equal(before)
		case !imported:
			replace = replace || !after.Equal(before)
		case after.IsNull(): // removed from state
		case !known:
			adopted = append(adopted, name)
		default:
			conflict, unreported := compare(name, c.args[name], reported)
			replace = replace || c.unknown[name] || conflict
			if unreported {
				adopted = append(adopted, name)
			}
		}
	}
	if r.of != nil {
		replace = replace || !at(c.value, "token").Equal(at(o.value, "token"))
	}
	pending := r.of == nil && !completed(o) && !is(planned(o, c, "wait_for_completion"), false)
	missing := r.of == nil && lacksURLs(o) && is(planned(o, c, "store_file_urls"), true)
	switch {
	case !o.exists():
		return "create", nil
	case o.tainted || replace:
		return "replace", nil
	case update || pending || missing:
		return "update", adopted
	case w.due(o, c):
		return "replace", nil
	case unknown:
		return "update", nil
	}
	return "no-op", nil
}

// planned returns an option, with its value in state if it is unknown.
func planned(o object, c config, name string) tftypes.Value {
	if c.unknown[name] {
		return at(o.value, name)
	}
	return option(c, name)
}

// lacksURLs reports whether a completed export has no list of URLs.
func lacksURLs(o object) bool { return completed(o) && at(o.value, "manifest", "files").IsNull() }

// option returns a configured option, or its default.
func option(c config, name string) tftypes.Value {
	v := at(c.value, name)
	if v.IsNull() && (name == "wait_for_completion" || name == "store_file_urls") {
		return tftypes.NewValue(tftypes.Bool, true)
	}
	return v
}

func completed(o object) bool { return o.text("status") == "completed" }

// finished reports whether an export is a finished record: completed, or pending for two days and not waited for.
func (w *world) finished(o object) bool {
	return completed(o) || is(at(o.value, "wait_for_completion"), false) && !time.Now().Before(w.validUntil(o))
}

// validUntil returns when an export expires: 48 hours after it was accepted if it does not state a time after its
// completion.
func (w *world) validUntil(o object) time.Time {
	return o.timeOr("valid_until", w.accepted(o.text("token")).Add(48*time.Hour))
}

// timeOr returns a time of the manifest if it is after completion.
func (o object) timeOr(name string, otherwise time.Time) time.Time {
	if o.text("manifest", name) <= o.text("manifest", "completed_at") {
		return otherwise
	}
	at, _ := time.Parse(time.RFC3339, o.text("manifest", name))
	return at
}

// due reports whether an export has to be renewed.
func (w *world) due(o object, c config) bool {
	margin, err := time.ParseDuration(text(c.value, "renew_before_expiry"))
	if c.unknown["renew_before_expiry"] {
		margin, err = time.ParseDuration(o.text("renew_before_expiry"))
	}
	if err != nil {
		return false
	}
	done, _ := time.Parse(time.RFC3339, o.text("manifest", "completed_at"))
	until := o.timeOr("urls_valid_until", w.validUntil(o))
	valid := until.Sub(done)
	for _, file := range as[[]tftypes.Value](at(o.value, "manifest", "files")) {
		if _, lifetime, ok := signature(text(file)); ok {
			valid = min(valid, lifetime)
		}
	}
	if margin >= valid {
		margin = 0
	}
	return time.Until(until) <= margin
}

// signature returns when a URL was signed, and how long it works from then on.
func signature(file string) (at time.Time, lifetime time.Duration, ok bool) {
	_, query, _ := strings.Cut(file, "?")
	values, _ := url.ParseQuery(query)
	at, err := time.Parse("20060102T150405Z", values.Get("X-Amz-Date"))
	seconds, _ := strconv.Atoi(values.Get("X-Amz-Expires"))
	return at, time.Duration(seconds) * time.Second, err == nil
}

// accepted returns when the API accepted an export.
func (w *world) accepted(token string) time.Time {
	if e, ok := w.fake.Exports()[token]; ok {
		return e.CreatedAt
	}
	return w.forgotten[token].CreatedAt
}

// known reports whether the API knows an export, and unusable whether it does not, or reports it as failed.
func (w *world) known(token string) bool { _, ok := w.fake.Exports()[token]; return ok }
func (w *world) unusable(token string) bool {
	return !w.known(token) || w.fake.Exports()[token].Status != ""
}

// expired reports whether an export that the API describes has expired, or its URLs.
func (w *world) expired(token string) bool {
	e := w.fake.Exports()[token]
	until, err := time.Parse(time.RFC3339, w.urlsValidUntil(e))
	if err != nil {
		until = e.CompletedAt.Add(24 * time.Hour) // of the fake, which does not report it
	}
	return !e.CompletedAt.IsZero() && !time.Now().Before(until)
}

// urlsValidUntil returns when the URLs of a completed export expire as state has to say: at its expiry, or earlier
// according to their signature. It is empty if neither is reported.
func (w *world) urlsValidUntil(e fakevantage.Export) string {
	o, until := w.api(), e.CompletedAt.Add(24*time.Hour)
	if o.ValidFor > 0 {
		until = e.CompletedAt.Add(o.ValidFor)
	}
	signed := e.CompletedAt.Add(o.URLLifetime)
	switch {
	case o.URLLifetime > 0 && (o.ValidFor < 0 || signed.Before(until)):
		until = signed
	case o.ValidFor < 0:
		return ""
	}
	return until.UTC().Truncate(time.Second).Format(time.RFC3339)
}
