package lifecycle_test

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// What the operations of a script do.

func newWorld(directory string, counts map[string]int, trace func(string, ...any)) *world {
	if counts == nil {
		counts = map[string]int{}
	}
	if trace == nil {
		trace = func(string, ...any) {}
	}
	fake := fakevantage.New(fakevantage.Options{APIToken: acctest.APIToken, ReadyAfter: 31 * time.Second})
	return &world{
		fake: fake, net: &network{next: fake.Transport()}, readyAfter: 31 * time.Second, validFor: 24 * time.Hour,
		created: map[string]time.Time{}, stopAfter: -1, directory: directory, trace: trace, counts: counts,
	}
}

// run is one operation of a script.
func (w *world) run(line string) {
	words := strings.SplitN(line, " ", 4)
	words = append(words, "", "", "")
	verb, r := words[0], w.named(words[1])
	d, _ := time.ParseDuration(words[1])
	switch verb {
	case "resource":
		r = w.add(words[1], words[2])
		name, value, _ := strings.Cut(words[3], " ")
		r.args[name] = argument{text: value}
	case "download":
		r = w.add(words[1], downloadType)
		r.of, r.args["directory"] = w.named(words[2]), argument{text: "one"}
	case "set", "unknown":
		if r.has(words[2]) {
			r.args[words[2]] = argument{text: words[3], unknown: verb == "unknown"}
		}
	case "unset":
		delete(r.args, words[2])
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
		w.ready(d)
	case "valid":
		w.net.validity, w.validFor = words[1], cmp.Or(d, 48*time.Hour)
		w.fake.Change(func(o *fakevantage.Options) { o.ValidFor = w.validFor })
	case "outcome":
		w.fake.Change(func(o *fakevantage.Options) { o.Outcome = strings.TrimPrefix(words[1], "completed") })
	case "latency":
		w.fake.Change(func(o *fakevantage.Options) { o.Latency = d })
	case "urls":
		w.net.urlsValidFor = d
	case "files":
		n, _ := strconv.Atoi(words[1])
		w.fake.Change(func(o *fakevantage.Options) { o.Files = n })
	case "reorder":
		w.net.reorder = true
	case "member":
		w.net.members++
	case "fault":
		n, _ := strconv.Atoi(words[2])
		w.net.faults = slices.Repeat([]string{words[1]}, n)
		w.counts["faults"] += n
	case "heal":
		w.net.faults = nil
	case "stop":
		w.stopAfter = d
	default:
		w.runTerraform(verb, r, words)
	}
}

func (w *world) runTerraform(verb string, r *resource, words []string) {
	token := ""
	if r != nil {
		token = r.state.text("token")
	}
	known := w.known(token)
	switch verb {
	case "finish":
		if known && w.fake.Exports()[token].CompletedAt.IsZero() {
			w.fake.Finish(token)
		}
	case "fail":
		if known && w.fake.Exports()[token].CompletedAt.IsZero() {
			w.fake.ChangeExport(token, func(e *fakevantage.Export) { e.Status, e.Messages = "failed", []string{"no data"} })
		}
	case "forget":
		if known {
			w.created[token] = w.fake.Exports()[token].CreatedAt
			w.fake.Forget(token)
		}
	case "remove-files":
		if r != nil {
			for _, f := range elements(at(r.state.value, "files")) {
				_ = os.Remove(text(at(f, "path")))
				r.removed = true
			}
		}
	case "apply", "plan":
		p, ok := w.plan(words[1] != "norefresh")
		if w.saved = p; !ok {
			w.saved = nil
		}
		if ok && verb == "apply" {
			calm := len(w.net.faults) == 0
			if w.apply(p, false) && calm {
				w.verify(p)
			}
		}
	case "apply-later":
		w.run("plan")
		w.run("pass " + words[1])
		w.run("apply-saved")
	case "apply-saved":
		if w.saved != nil {
			w.apply(w.saved, true)
		}
	case "watch":
		for _, d := range []string{"3h", "4h", "18h", "24h"} {
			w.run("plan")
			w.run("pass " + d)
		}
		w.run("plan")
		w.saved = nil
	case "refresh-only":
		s := w.start(true)
		for _, r := range w.resources {
			if o, ok := s.current(r, true); ok && r.block == nil {
				r.state = o
			}
		}
		w.saved = nil
	case "import", "import-block":
		token, reported := w.importing(r, words[2])
		r.state, r.deposed, w.saved = r.none(), nil, nil
		r.block = &importBlock{token, reported}
		if verb == "import" {
			r.state, _ = w.start(true).importState(r, *r.block)
			r.block = nil
		}
	case "taint", "untaint":
		r.state.tainted = r.state.exists() && verb == "taint"
		w.saved = nil
	case "forget-state":
		r.state, w.saved = r.none(), nil
	default:
		w.failf("no such operation")
	}
}

// verify checks that nothing is left to do after a successful apply.
func (w *world) verify(applied *saved) {
	p, _ := w.plan(true)
	for r, c := range p.changes {
		unknown, failure := w.gone(r.state.text("token"))
		renewed := applied.changes[r].action == "update" && r.due(p.prior[r], w.accepted(r.state.text("token")))
		renewed = renewed || p.prior[r].facts.omitted || r.of != nil && p.changes[r.of].action != "no-op"
		if c.action != "no-op" && !renewed && !unknown && !failure && !r.removed {
			w.failf("after the apply, %s of %s is planned: %s", c.action, r.name, show(c.planned.value))
		}
	}
}

func (w *world) named(name string) *resource {
	i := slices.IndexFunc(w.resources, func(r *resource) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return w.resources[i]
}

func (w *world) add(name, typeName string) *resource {
	schema := schemas().ResourceSchemas[typeName]
	object, _ := schema.ValueType().(tftypes.Object)
	r := &resource{name: name, typeName: typeName, schema: schema, object: object, args: arguments{}}
	r.state = r.none()
	w.resources = append(w.resources, r)
	return r
}

// finish checks that one apply against a healthy API completes everything.
func (w *world) finish() {
	w.net.faults, w.stopAfter, w.unknownProvider = nil, -1, false
	for _, line := range []string{"ready 31s", "valid 24h", "outcome completed"} {
		w.run(line)
	}
	for token, e := range w.fake.Exports() {
		if e.CompletedAt.IsZero() {
			w.fake.Finish(token)
		}
	}
	again := false
	for _, r := range w.resources {
		// An export that was not waited for and is lost: waiting for it is an error once.
		unknown, _ := w.gone(r.state.text("token"))
		again = again || unknown && r.state.exists() && !completed(r.state)
		r.absent, r.block, r.args = false, nil, r.args.known()
		delete(r.args, "wait_for_completion")
		for _, c := range choices(r.typeName) {
			if c.invalid != "" && r.args[c.name].text == c.invalid {
				delete(r.args, c.name)
			}
		}
	}
	if again {
		w.run("apply")
	}
	w.run("apply")
	for _, r := range w.resources {
		if r.of != nil && finished(r.of.state, w.accepted(r.of.state.text("token"))) {
			continue // nothing to download
		}
		if !r.state.exists() || r.state.tainted || r.of == nil && !completed(r.state) {
			w.failf("%s is not completed at the end: %s", r.name, show(r.state.value))
		}
	}
	w.run("watch")
}
