package lifecycle_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// An independent model of what the provider plans.

// facts are what the model knows of an object beside its state.
type facts struct {
	made     map[string]string // the arguments of its last apply
	imported bool              // by an import that no apply has ended
	reported map[string]string // what the API reports of an imported export, by argument
}

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
	replace, update, unknown := false, o.facts.imported, false
	for _, choice := range choices(r.typeName) {
		name := choice.name
		configured, set := c.args[name]
		made, had := o.facts.made[name]
		reported, known := o.facts.reported[name]
		switch {
		case choice.option && c.unknown[name]:
			unknown = true // counts as unchanged for a renewal
		case choice.option:
			update = update || !option(c, name).Equal(at(o.value, name))
		case !o.facts.imported:
			replace = replace || set != had || set && (c.unknown[name] || configured != made)
		case set && !known:
			adopted = append(adopted, name)
		case set:
			conflict, unreported := compare(name, configured, reported)
			replace = replace || c.unknown[name] || conflict
			if unreported {
				adopted = append(adopted, name)
			}
		}
	}
	if r.of != nil {
		replace = replace || !at(c.value, "token").Equal(at(o.value, "token"))
	}
	waits := completed(o) || !is(o.settled(c, "wait_for_completion"), false)
	pending := r.of == nil && waits && (!completed(o) || o.lacksURLs(c))
	switch {
	case !o.exists():
		return "create", nil
	case o.tainted || replace:
		return "replace", nil
	case update || pending:
		return "update", adopted
	case w.due(o, c):
		return "replace", nil
	case unknown:
		return "update", nil
	}
	return "no-op", nil
}

// option returns a configured option, or its default.
func option(c config, name string) tftypes.Value {
	v := at(c.value, name)
	if v.IsNull() && (name == "wait_for_completion" || name == "store_file_urls") {
		return tftypes.NewValue(tftypes.Bool, true)
	}
	return v
}

// settled returns a configured option, or its value in state if it is unknown.
func (o object) settled(c config, name string) tftypes.Value {
	if c.unknown[name] {
		return at(o.value, name)
	}
	return option(c, name)
}

func completed(o object) bool { return o.text("status") == "completed" }

// lacksURLs reports whether the URLs of a completed export are to be stored, and are not in state.
func (o object) lacksURLs(c config) bool {
	return completed(o) && is(o.settled(c, "store_file_urls"), true) && at(o.value, "manifest", "files").IsNull()
}

// finished reports whether an export is a finished record: completed, or expired without having been waited for.
func (w *world) finished(o object) bool {
	return completed(o) || is(at(o.value, "wait_for_completion"), false) && w.over(o)
}

// over reports whether an export has expired according to its state.
func (w *world) over(o object) bool { return !time.Now().Before(w.validUntil(o)) }

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

// downloadable reports whether the API has URLs of an export that work, if it is completed.
func (w *world) downloadable(token string) bool {
	e, api := w.fake.Exports()[token], w.api()
	validFor := api.ValidFor
	if validFor <= 0 {
		validFor = 24 * time.Hour
	}
	if lifetime := api.URLLifetime; lifetime > 0 && !api.SignEachGET {
		validFor = min(validFor, lifetime)
	}
	expired := !e.CompletedAt.IsZero() && time.Since(e.CompletedAt) >= validFor.Truncate(time.Second) // as it is reported
	return !expired && !w.unusable(token)
}
