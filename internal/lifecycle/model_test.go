package lifecycle_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/fakevantage"
)

// facts are what the model knows of an object beside its state.
type facts struct {
	made      map[string]string // the arguments that the export was created with, or that were adopted
	imported  bool              // its arguments are compared with what the API reports, until the first update
	reported  map[string]string // by argument; none while the imported export is pending
	unchecked map[string]string // what the API will report of an export that was imported pending
	fresh     bool              // import, before its first read
	omitted   bool              // state has reported values that the configuration omits
}

// read returns the facts after a refresh.
func (f facts) read(after object) facts {
	if f.fresh = false; f.unchecked == nil || !completed(after) {
		return f
	}
	if f.imported {
		f.reported = f.unchecked
	} else {
		f.made = corrected(f.made, f.unchecked)
		for name := range f.unchecked {
			f.omitted = f.omitted || f.made[name] == ""
		}
	}
	f.unchecked = nil
	return f
}

// corrected returns the arguments that were adopted from a configuration, with what the API reports in place of those
// that differ.
func corrected(adopted, reported map[string]string) map[string]string {
	out := maps.Clone(adopted)
	for name, value := range reported {
		if configured, ok := adopted[name]; !ok {
			continue
		} else if conflict, _ := compare(name, configured, value); conflict {
			out[name] = value
		}
	}
	return out
}

// applied returns the facts after an apply.
func (f facts) applied(c change, after object) facts {
	if c.action == "create" {
		return facts{made: c.config.texts()}
	}
	f.omitted = false
	if f.imported {
		f.made, f.imported, f.reported = c.config.texts(), false, nil
	}
	if f.unchecked != nil && completed(after) {
		f.made, f.unchecked = corrected(f.made, f.unchecked), nil
	}
	return f
}

// compare reports whether a configured value contradicts what is reported. Settings are compared one by one: unreported
// is whether one of them is not reported.
func compare(name, configured, reported string) (conflict, unreported bool) {
	if name != "settings" {
		return configured != reported, false
	}
	all := strings.Split(reported, ",")
	for _, member := range strings.Split(configured, ",") {
		setting, _, _ := strings.Cut(member, "=")
		switch {
		case slices.Contains(all, member):
		case slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(other, setting+"=") }):
			conflict = true
		default:
			unreported = true
		}
	}
	return conflict, unreported
}

func completed(o object) bool { return o.text("status") == "completed" }

// finished reports whether an export is over: completed, and no longer valid.
func finished(o object, accepted time.Time) bool {
	return completed(o) && !time.Now().Before(validUntil(o, accepted))
}

// validUntil returns when an export expires: 48 hours after it was accepted if it does not state a time after its
// completion.
func validUntil(o object, accepted time.Time) time.Time {
	return o.timeOr("valid_until", accepted.Add(48*time.Hour))
}

// timeOr returns a time of the manifest if it is after completion.
func (o object) timeOr(name string, otherwise time.Time) time.Time {
	if o.text("manifest", name) <= o.text("manifest", "completed_at") {
		return otherwise
	}
	at, _ := time.Parse(time.RFC3339, o.text("manifest", name))
	return at
}

// action returns what has to be planned for an export. Of the reasons, the first counts. adopted are the arguments that
// are taken over from the configuration of an import.
func (r *resource) action(o object, accepted time.Time) (action string, adopted []string) {
	replace, update, unknown := false, o.facts.omitted, false
	for _, c := range choices(r.typeName) {
		configured, set := r.args[c.name]
		made, had := o.facts.made[c.name]
		reported, known := o.facts.reported[c.name]
		switch {
		case c.option && configured.unknown:
			unknown = true // counts as unchanged for a renewal
		case c.option:
			update = update || r.optionDiffers(o, c.name)
		case !o.facts.imported:
			replace = replace || set != had || set && (configured.unknown || configured.text != made)
		case set && !known:
			if update = true; completed(o) {
				adopted = append(adopted, c.name)
			}
		case set:
			conflict, unreported := compare(c.name, configured.text, reported)
			replace = replace || configured.unknown || conflict
			update = update || c.name == "settings" && configured.text != reported
			if unreported && completed(o) {
				adopted = append(adopted, c.name)
			}
		case known:
			update = true // the state has what is reported, the configuration has nothing
		}
	}
	if r.typeName == downloadType {
		known := at(r.config, "token")
		replace = replace || !known.Equal(at(o.value, "token"))
	}
	switch {
	case !o.exists():
		return "create", nil
	case o.tainted || replace:
		return "replace", nil
	case update, r.pending(o):
		return "update", adopted
	case r.due(o, accepted):
		return "replace", nil
	case unknown:
		return "update", nil
	}
	return "no-op", nil
}

// pending reports whether there is a completion to wait for.
func (r *resource) pending(o object) bool {
	return r.typeName != downloadType && !completed(o) && !r.off("wait_for_completion")
}

func (r *resource) off(option string) bool {
	a := r.args[option]
	return a.text == "false" && !a.unknown
}

// optionDiffers compares an option with the state. Both that are not set are true.
func (r *resource) optionDiffers(o object, name string) bool {
	configured, state := at(r.config, name), at(o.value, name)
	if configured.IsNull() && (name == "wait_for_completion" || name == "store_file_urls") {
		configured = tftypes.NewValue(tftypes.Bool, true)
	}
	return !configured.Equal(state)
}

// due reports whether an export has to be renewed.
func (r *resource) due(o object, accepted time.Time) bool {
	configured := r.args["renew_before_expiry"]
	if configured.unknown {
		configured.text = o.text("renew_before_expiry")
	}
	margin, err := time.ParseDuration(configured.text)
	if err != nil || !completed(o) {
		return false
	}
	done, _ := time.Parse(time.RFC3339, o.text("manifest", "completed_at"))
	until := o.timeOr("urls_valid_until", validUntil(o, accepted))
	valid := until.Sub(done)
	for _, file := range elements(at(o.value, "manifest", "files")) {
		if expires, ok := lifetime(text(file)); ok {
			valid = min(valid, expires)
		}
	}
	if margin >= valid {
		margin = 0
	}
	return time.Until(until) <= margin
}

// lifetime returns how long a URL works from its signature on.
func lifetime(address string) (time.Duration, bool) {
	_, after, ok := strings.Cut(address, "X-Amz-Expires=")
	seconds, err := strconv.Atoi(after)
	return time.Duration(seconds) * time.Second, ok && err == nil
}

// importing prepares the export of an import and returns its token, and what the API reports of it by argument.
func (w *world) importing(r *resource, how string) (token string, reported map[string]string) {
	reported = map[string]string{}
	for _, c := range choices(r.typeName) {
		unreported := []string{"triggers", "workspace_token", "schema"}
		if a, ok := r.args[c.name]; ok && !c.option && !slices.Contains(unreported, c.name) {
			reported[c.name] = a.text
		}
	}
	spelled := how == "spelled"
	switch how {
	case "missing":
		return "dta_xprt_missing", nil
	case "same":
		if token = r.state.text("token"); r.state.facts.made != nil {
			reported = map[string]string{}
			for name, value := range r.state.facts.made {
				if _, ok := attributeOf[name]; ok && name != "triggers" {
					reported[name] = value
				}
			}
		}
	case "report-only":
		maps.DeleteFunc(reported, func(name, _ string) bool { return !strings.HasSuffix(name, "report_token") })
	case "other", "pending-other":
		reported["date_bin"] = "day"
	case "full":
		for name, value := range map[string]string{
			"start_date": "2025-01-01", "end_date": "2025-01-31", "date_bin": "month", "filter": "costs.region = 'x'",
			"groupings": "region", "settings": "amortize=true",
		} {
			if _, ok := reported[name]; !ok && r.has(name) {
				reported[name] = value
			} else if ok && name == "settings" {
				reported[name] += "," + value
			}
		}
	}
	if _, ok := w.fake.Exports()[token]; !ok {
		w.ready(map[bool]time.Duration{true: 20 * time.Minute}[strings.HasPrefix(how, "pending")])
		token = w.fake.AddOf(paths[r.typeName], map[string]any{}, time.Now())
		w.ready(w.readyAfter)
	}
	w.fake.ChangeExport(token, func(e *fakevantage.Export) {
		if !strings.HasPrefix(how, "pending") && e.CompletedAt.IsZero() {
			e.CompletedAt = time.Now()
		}
		e.Attributes = map[string]any{"schema": 1}
		for argument, name := range attributeOf {
			if value, ok := reported[argument]; ok && r.has(argument) {
				e.Attributes[name] = reportedAs(argument, value, spelled)
			} else if e.Attributes[name] == nil {
				e.Attributes[name] = nil
			}
		}
	})
	return token, reported
}

// attributeOf are the members of attributes that report an argument.
var attributeOf = map[string]string{
	"cost_report_token": "report_token", "kubernetes_efficiency_report_token": "report_token", "filter": "vql",
	"start_date": "start_date", "end_date": "end_date", "date_bin": "date_bin", "groupings": "groupings",
	"settings": "settings",
}

var paths = map[string]string{
	"vantage_unit_cost_export":             "/v2/unit_costs/data_exports",
	"vantage_cost_export":                  "/v2/costs/data_exports",
	"vantage_kubernetes_efficiency_export": "/v2/kubernetes_efficiency_reports/data_exports",
}

// reportedAs returns the JSON of an argument that the API reports; spelled in another way that means the same.
func reportedAs(argument, value string, spelled bool) any {
	switch {
	case argument == "settings":
		out := map[string]any{}
		for _, member := range strings.Split(value, ",") {
			name, v, _ := strings.Cut(member, "=")
			if out[name] = v; v == "true" || v == "false" {
				out[name] = v == "true"
			}
		}
		return out
	case argument == "groupings" && !spelled:
		return strings.Split(value, ",")
	case !spelled:
	case argument == "start_date":
		return value + "T00:00:00Z"
	case argument == "end_date":
		return value + "T23:59:59Z"
	case argument == "filter":
		return " (" + value + ")\n"
	}
	return value
}

func (w *world) accepted(token string) time.Time {
	if e, ok := w.fake.Exports()[token]; ok {
		return e.CreatedAt
	}
	return w.created[token]
}

func (w *world) known(token string) bool { _, ok := w.fake.Exports()[token]; return ok }

// expired reports whether an export that the API describes has expired.
func (w *world) expired(token string) bool {
	e := w.fake.Exports()[token]
	return !e.CompletedAt.IsZero() && time.Since(e.CompletedAt) >= w.validFor || w.net.validity == "before"
}

func (w *world) failures() int {
	n := 0
	for _, e := range w.fake.Exports() {
		if e.Status != "" {
			n++
		}
	}
	return n
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

func (w *world) ready(after time.Duration) {
	w.fake.Change(func(o *fakevantage.Options) { o.ReadyAfter = after })
}
