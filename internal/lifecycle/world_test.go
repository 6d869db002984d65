package lifecycle_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// world is one lifecycle: the API, the configuration and the state.
type world struct {
	fake      *fakevantage.Server
	faults    []string // of the next requests
	lost      int      // the request whose response is delayed
	wrong     error    // how an exchange differs from the description of the API
	forgotten map[string]fakevantage.Export

	resources       []*resource
	named           map[string]*resource
	saved           map[*resource]change // what was planned last; nil if that can no longer be applied
	unknownProvider bool
	stopAfter       time.Duration // Ctrl-C during the next apply; negative for none
	directory       string
}

func newWorld(directory string) *world {
	w := &world{
		named: map[string]*resource{}, forgotten: map[string]fakevantage.Export{}, stopAfter: -1,
		directory: directory,
	}
	w.fake = fakevantage.New(fakevantage.Options{
		APIToken: acctest.APIToken, ReadyAfter: 31 * time.Second, Misbehave: w.misbehave, AnswerDelay: w.delay,
		Log: w.check,
	})
	return w
}

// resource is a resource in the configuration and the state.
type resource struct {
	name, typeName      string
	schema              *tfprotov6.Schema
	object              tftypes.Object
	of                  *resource // the export of a download
	absent              bool      // from the configuration
	createBeforeDestroy bool
	args                map[string]string // for parse
	unknown             map[string]bool   // what of them is known after apply
	block               *importBlock
	removed             bool // files were removed from disk
	state               object
}

func (w *world) add(name, typeName string) *resource {
	schema := schemas().ResourceSchemas[typeName]
	object, _ := schema.ValueType().(tftypes.Object)
	r := &resource{name: name, typeName: typeName, schema: schema, object: object}
	r.args, r.unknown, r.state = map[string]string{}, map[string]bool{}, r.none()
	w.resources, w.named[name] = append(w.resources, r), r
	if typeName == downloadType {
		r.of = w.resources[0]
	}
	return r
}

func (r *resource) none() object { return object{value: tftypes.NewValue(r.object, nil)} }

// configure returns a configuration. Only a download uses the token.
func (r *resource) configure(args map[string]string, isUnknown map[string]bool, token tftypes.Value) config {
	values := map[string]tftypes.Value{}
	for name, t := range r.object.AttributeTypes {
		value, ok := args[name]
		switch {
		case !ok:
			values[name] = tftypes.NewValue(t, nil)
		case isUnknown[name]:
			values[name] = unknown(t)
		default:
			values[name] = parse(t, value)
		}
	}
	if r.of != nil {
		values["token"] = token
	}
	return config{args, isUnknown, tftypes.NewValue(r.object, values)}
}

// run is one operation of a script.
func (w *world) run(line string) {
	w.trace("%s", line)
	words := append(strings.SplitN(line, " ", 4), "", "", "")
	verb, r := words[0], w.named[words[1]]
	d, _ := time.ParseDuration(words[1])
	switch verb {
	case "resource":
		w.add(words[1], words[2])
		w.run("set " + words[1] + " " + words[3])
	case "set", "unknown":
		if r.args[words[2]] = words[3]; words[2] == "directory" {
			r.args["directory"] = filepath.Join(w.directory, words[3])
		}
		if delete(r.unknown, words[2]); verb == "unknown" {
			r.unknown[words[2]] = true
		}
	case "unset":
		delete(r.args, words[2])
		delete(r.unknown, words[2])
	case "absent", "present":
		r.absent = verb == "absent"
	case "create-before-destroy":
		r.createBeforeDestroy = !r.createBeforeDestroy
	case "unknown-provider":
		w.unknownProvider = true
	case "pass":
		time.Sleep(d)
	case "fault":
		n, _ := strconv.Atoi(words[2])
		w.faults = slices.Repeat([]string{words[1]}, n)
		counts.Add("faults", int64(n))
	case "member":
		for token := range w.fake.Exports() {
			w.fake.ChangeExport(token, func(e *fakevantage.Export) { e.Attributes["new"] = true })
		}
	case "finish", "fail", "forget":
		if token := r.state.text("token"); w.known(token) {
			w.changeExport(verb, token)
		}
	case "remove-files":
		if r != nil {
			for _, f := range as[[]tftypes.Value](at(r.state.value, "files")) {
				_ = os.Remove(text(f, "path"))
				r.removed = true
			}
		}
	case "stop":
		w.stopAfter = d
	case "plan":
		w.saved = w.plan(words[1] != "norefresh")
	case "apply":
		calm := len(w.faults) == 0
		w.run("plan " + words[1])
		if changes := w.saved; changes != nil && w.apply(changes, false) && calm {
			w.checkDone(changes)
		}
	case "apply-later":
		w.run("plan")
		time.Sleep(d)
		w.run("apply-saved")
	case "apply-saved":
		if w.saved != nil {
			w.apply(w.saved, true)
		}
	case "watch":
		for _, d := range []time.Duration{7, 18, 24} {
			time.Sleep(d * time.Hour)
			w.run("plan")
			w.planWithUnknownOptions()
		}
	case "import", "import-block", "taint", "untaint", "forget-state", "refresh-only":
		w.saved = nil
		w.changeState(verb, r, words[2])
	default:
		w.fake.Change(func(o *fakevantage.Options) { w.changeAPI(o, verb, words[1], d) })
	}
}

// changeAPI changes how the API behaves from now on.
func (w *world) changeAPI(o *fakevantage.Options, verb, word string, d time.Duration) {
	switch verb {
	case "ready":
		o.ReadyAfter = d
	case "outcome":
		o.Outcome = strings.TrimPrefix(word, "completed")
	case "valid":
		if o.ValidFor = max(d, 1); word == "unknown" {
			o.ValidFor = -1
		}
	case "urls":
		o.URLLifetime = d
	case "latency":
		o.Latency = d
	case "files":
		o.Files, _ = strconv.Atoi(word)
	case "sign-each-get":
		o.SignEachGET = true
	default:
		w.failf("no operation %q", verb)
	}
}

// api returns how the API behaves.
func (w *world) api() (options fakevantage.Options) {
	w.fake.Change(func(o *fakevantage.Options) { options = *o })
	return options
}

// planWithUnknownOptions plans as if no option were known, which has to be the same unless the option changes.
func (w *world) planWithUnknownOptions() {
	before := map[*resource]map[string]bool{}
	some := false
	for _, r := range w.resources {
		before[r] = maps.Clone(r.unknown)
		for _, c := range options(r.typeName) {
			if _, ok := r.args[c.name]; ok {
				r.unknown[c.name], some = true, true
			}
		}
	}
	if some {
		w.run("plan norefresh")
	}
	for r, unknown := range before {
		r.unknown = unknown
	}
}

// changeExport changes an export that the API knows.
func (w *world) changeExport(verb, token string) {
	e := w.fake.Exports()[token]
	switch pending := e.CompletedAt.IsZero(); {
	case verb == "forget":
		w.forgotten[token] = e
		w.fake.Forget(token)
	case verb == "finish" && pending:
		w.fake.Finish(token)
	case verb == "fail" && pending:
		w.fake.ChangeExport(token, func(e *fakevantage.Export) { e.Status, e.Messages = "failed", []string{"no data"} })
	}
}

// changeState runs what changes the state other than by an apply.
func (w *world) changeState(verb string, r *resource, how string) {
	switch verb {
	case "refresh-only":
		s := w.start(true)
		for _, r := range w.resources {
			if o, ok := s.current(r, true); ok && r.block == nil {
				r.state = o
			}
		}
	case "import", "import-block":
		block := w.importing(r, how)
		if r.state, r.block = r.none(), &block; verb == "import" {
			r.state, _ = w.start(true).importState(r, block)
			r.block = nil
		}
	case "taint", "untaint":
		r.state.tainted = r.state.exists() && verb == "taint"
	case "forget-state":
		r.state = r.none()
	}
}

// finish checks that one apply against a healthy API completes everything, and that it stays that way.
func (w *world) finish() {
	w.faults, w.stopAfter, w.unknownProvider = nil, -1, false
	for _, line := range []string{"ready 31s", "valid 24h", "outcome completed"} {
		w.run(line)
	}
	for token := range maps.Keys(w.fake.Exports()) {
		w.changeExport("finish", token)
	}
	again := false
	for _, r := range w.resources {
		// An export that was not waited for and is lost or has failed: waiting for it is an error once.
		again = again || r.state.exists() && !completed(r.state) && w.unusable(r.state.text("token"))
		r.absent, r.block = false, nil
		clear(r.unknown)
		delete(r.args, "wait_for_completion")
		for _, c := range choices(r.typeName) {
			if c.invalid != "" && r.args[c.name] == c.invalid {
				delete(r.args, c.name)
			}
		}
	}
	if again {
		w.run("apply")
	}
	w.run("apply")
	for _, r := range w.resources {
		if r.of != nil && (w.unusable(r.of.state.text("token")) || w.expired(r.of.state.text("token"))) {
			continue // nothing to download
		}
		if !r.state.exists() || r.state.tainted || r.of == nil && !completed(r.state) {
			w.failf("%s is not completed at the end: %s", r.name, show(r.state.value))
		}
	}
	w.run("watch")
}
