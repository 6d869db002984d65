package lifecycle_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/fakevantage"
)

// What the operations of a script do.

// run is one operation of a script.
func (w *world) run(line string) {
	words := append(strings.SplitN(line, " ", 4), "", "", "")
	verb, r := words[0], w.named[words[1]]
	d, _ := time.ParseDuration(words[1])
	api := w.fake.Change
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
	case "ready":
		w.readyAfter = d
		api(func(o *fakevantage.Options) { o.ReadyAfter = d })
	case "outcome":
		api(func(o *fakevantage.Options) { o.Outcome = strings.TrimPrefix(words[1], "completed") })
	case "valid":
		stated := max(d, 1)
		if w.validFor = d; words[1] == "unknown" {
			w.validFor, stated = 24*time.Hour, -1
		}
		api(func(o *fakevantage.Options) { o.ValidFor = stated })
	case "urls":
		api(func(o *fakevantage.Options) { o.URLLifetime = d })
	case "latency":
		api(func(o *fakevantage.Options) { o.Latency = d })
	case "files":
		api(func(o *fakevantage.Options) { o.Files, _ = strconv.Atoi(words[1]) })
	case "reorder":
		api(func(o *fakevantage.Options) { o.RotateFiles = true })
	case "member":
		api(func(o *fakevantage.Options) { o.LateAttribute = "new" })
	case "fault":
		n, _ := strconv.Atoi(words[2])
		w.faults = slices.Repeat([]string{words[1]}, n)
		w.counts["faults"] += n
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
		for _, d := range []time.Duration{3, 4, 18, 24} {
			time.Sleep(d * time.Hour)
			w.run("plan")
			w.planWithUnknownOptions()
		}
	default:
		w.saved = nil
		w.changeState(verb, r, words[2])
	}
}

// planWithUnknownOptions plans as if no option were known, which has to be the same unless the option changes.
func (w *world) planWithUnknownOptions() {
	before := map[*resource]map[string]bool{}
	for _, r := range w.resources {
		before[r] = maps.Clone(r.unknown)
		for _, c := range options(r.typeName) {
			if _, ok := r.args[c.name]; ok {
				r.unknown[c.name] = true
			}
		}
	}
	w.run("plan norefresh")
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
	default:
		w.failf("no such operation")
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
		// An export that was not waited for and is lost: waiting for it is an error once.
		again = again || r.state.exists() && !completed(r.state) && !w.known(r.state.text("token"))
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
		if r.of != nil && w.finished(r.of.state) {
			continue // nothing to download
		}
		if !r.state.exists() || r.state.tainted || r.of == nil && !completed(r.state) {
			w.failf("%s is not completed at the end: %s", r.name, show(r.state.value))
		}
	}
	w.run("watch")
}
