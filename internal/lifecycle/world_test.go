package lifecycle_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// world is one lifecycle: the API, the configuration and the state.
type world struct {
	fake       *fakevantage.Server
	net        *network
	host       string // of the API; its own by default
	readyAfter time.Duration
	validFor   time.Duration
	created    map[string]time.Time // when exports were accepted, by token

	resources       []*resource
	saved           *saved // the plan that was saved last
	unknownProvider bool
	stopAfter       time.Duration // Ctrl-C during the next apply; negative for none
	directory       string
	trace           func(format string, args ...any)
	counts          map[string]int
}

// resource is a resource in the configuration and the state.
type resource struct {
	name, typeName      string
	schema              *tfprotov6.Schema
	object              tftypes.Object
	of                  *resource // the export of a download
	absent              bool      // from the configuration
	createBeforeDestroy bool
	args                arguments
	config              tftypes.Value // as planned or applied last
	block               *importBlock
	removed             bool // files were removed from disk
	state               object
	deposed             []object
}

type importBlock struct {
	token    string
	reported map[string]string
}

func (r *resource) none() object { return object{value: tftypes.NewValue(r.object, nil)} }

func (r *resource) has(argument string) bool { _, ok := r.object.AttributeTypes[argument]; return ok }

// configured returns the configuration with what is known in the plan, or in the apply.
func (r *resource) configured(w *world, inPlan bool, token tftypes.Value) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, t := range r.object.AttributeTypes {
		a, ok := r.args[name]
		switch {
		case !ok:
			values[name] = tftypes.NewValue(t, nil)
		case a.unknown && inPlan:
			values[name] = unknown(t)
		case name == "directory":
			values[name] = tftypes.NewValue(t, filepath.Join(w.directory, a.text))
		default:
			values[name] = parse(t, a.text)
		}
	}
	if r.of != nil {
		values["token"] = token
	}
	return tftypes.NewValue(r.object, values)
}

// unknown returns an unknown value. A block is never unknown, only its attributes are.
func unknown(t tftypes.Type) tftypes.Value {
	object, ok := t.(tftypes.Object)
	if !ok {
		return tftypes.NewValue(t, tftypes.UnknownValue)
	}
	values := map[string]tftypes.Value{}
	for name, t := range object.AttributeTypes {
		values[name] = tftypes.NewValue(t, tftypes.UnknownValue)
	}
	return tftypes.NewValue(object, values)
}

// session is one process of the provider.
type session struct {
	*world
	server     tfprotov6.ProviderServer
	ctx        context.Context
	log        *bytes.Buffer
	configured bool
	faulty     bool // faults were to come when it started
	stopped    atomic.Bool
	late       bool   // applies a saved plan
	last       string // diagnostics of the last call
}

func (w *world) start(configured bool) *session {
	s := &session{world: w, log: &bytes.Buffer{}, configured: configured, faulty: len(w.net.faults) > 0}
	s.ctx = tflogtest.RootLogger(context.Background(), s.log)
	var client *vantage.Client
	if configured {
		var err error
		client, err = vantage.New(vantage.Options{
			APIToken: acctest.APIToken, Host: w.host, Transport: w.net,
			Logger: slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		w.must(err)
	}
	var err error
	s.server, err = acctest.Configured(s.ctx, client)
	w.must(err)
	return s
}

// saved is a plan of all resources, with the state and the configuration that it was made from.
type saved struct {
	changes map[*resource]change
	prior   map[*resource]object
	deposed map[*resource][]object
}

// plan does what "terraform plan" does. It reports false if it failed.
func (w *world) plan(refresh bool) (*saved, bool) {
	s := w.start(!w.unknownProvider)
	w.unknownProvider = false
	p := &saved{map[*resource]change{}, map[*resource]object{}, map[*resource][]object{}}
	ok := true
	for _, r := range w.resources {
		o, good := s.current(r, refresh)
		p.prior[r], p.deposed[r] = o, slices.Clone(r.deposed)
		ok = ok && good
		if !good {
			continue
		}
		if r.absent {
			r.config = r.none().value
			if o.exists() {
				p.changes[r], _ = s.plan(r, o, r.config)
			}
			continue
		}
		token := tftypes.NewValue(tftypes.String, nil)
		if r.of != nil {
			c, planned := p.changes[r.of]
			if ok = ok && planned && !r.of.absent; !ok {
				continue
			}
			token = at(c.planned.value, "token")
		}
		r.config = r.configured(w, true, token)
		c, good := s.plan(r, o, r.config)
		if valid := r.valid(); good != valid {
			s.failf("the configuration of %s is valid: %t%s", r.name, valid, s.last)
		}
		if ok = ok && good; good {
			s.checkAction(r, o, c)
			c.config, c.imported = maps.Clone(r.args), r.block != nil
			p.changes[r] = c
			w.counts["planned "+c.action]++
			w.trace("  %s %s", c.action, r.name)
		}
	}
	return p, ok
}

// current returns the object of a resource as a plan begins with it.
func (s *session) current(r *resource, refresh bool) (object, bool) {
	o := s.load(r, r.state)
	if r.block != nil && !o.exists() && !r.absent {
		return s.importState(r, *r.block)
	}
	if !o.exists() || !refresh {
		return o, true
	}
	after, ok := s.read(r, o)
	if !ok && s.configured && !s.faulty {
		s.failf("the refresh of %s failed%s", r.name, s.last)
	}
	return after, ok
}

// importState imports an export and reads it.
func (s *session) importState(r *resource, block importBlock) (object, bool) {
	done := s.begin(r, "ImportResourceState")
	resp, err := s.server.ImportResourceState(s.ctx, &tfprotov6.ImportResourceStateRequest{
		TypeName: r.typeName, ID: block.token,
	})
	s.checkSilent(done(err, resp.Diagnostics))
	if failed(resp.Diagnostics) || len(resp.ImportedResources) != 1 {
		if s.configured {
			s.failf("the import of %s failed%s", r.name, s.last)
		}
		return r.none(), false
	}
	imported := resp.ImportedResources[0]
	o := object{value: s.unpack(r, imported.State), private: imported.Private, identity: s.identity(imported.Identity)}
	o.facts = facts{imported: true, fresh: true, unchecked: block.reported}
	after, ok := s.read(r, o)
	if unknown, failure := s.gone(block.token); !ok && s.configured && !s.faulty && !unknown && !failure {
		s.failf("the import of %s failed%s", r.name, s.last)
	}
	if !ok || !after.exists() {
		return r.none(), false
	}
	s.counts["imports"]++
	return after, true
}

// valid is the model of validate.
func (r *resource) valid() bool {
	return !slices.ContainsFunc(choices(r.typeName), func(c choice) bool {
		a := r.args[c.name]
		return c.invalid != "" && !a.unknown && a.text == c.invalid
	})
}

// apply does what "terraform apply" does with a plan. It reports whether everything was applied.
func (w *world) apply(p *saved, late bool) bool {
	s := w.start(true)
	s.late = late
	if w.stopAfter >= 0 {
		timer := time.AfterFunc(w.stopAfter, func() {
			s.stopped.Store(true)
			_, _ = s.server.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{})
		})
		defer timer.Stop()
		w.stopAfter = -1
		w.counts["interrupts"]++
	}
	w.saved = nil
	all := true
	for _, r := range w.resources {
		r.state, r.deposed = s.load(r, p.prior[r]), p.deposed[r]
		if p.changes[r].imported {
			r.block = nil
		}
	}
	for _, r := range slices.Backward(w.resources) {
		c := p.changes[r]
		if c.action == "delete" || c.action == "replace" && !c.beforeDestroy(r) {
			s.destroy(r, r.state)
			r.state = r.none()
		}
	}
	for _, r := range w.resources {
		c, ok := p.changes[r]
		if ok && c.action != "delete" && c.action != "no-op" {
			ok = !s.stopped.Load() && s.change(r, c)
			all = all && ok
		}
	}
	for _, r := range slices.Backward(w.resources) {
		for _, o := range r.deposed {
			s.destroy(r, o)
		}
		r.deposed = nil
	}
	w.counts["applies"]++
	if late {
		w.counts["saved plans"]++
	}
	return all && !s.stopped.Load()
}

func (c change) beforeDestroy(r *resource) bool { return r.createBeforeDestroy && c.prior.exists() }

func (s *session) destroy(r *resource, o object) {
	c, ok := s.plan(r, o, r.none().value)
	if !ok {
		s.failf("the destruction of %s cannot be planned", r.name)
	}
	s.apply(r, c, r.none().value)
}

// change applies a creation, an update, or the creation of a replacement.
func (s *session) change(r *resource, planned change) bool {
	args := r.args
	defer func() { r.args = args }()
	if r.args = planned.config.known(); !s.late {
		args = r.args
	}
	var token tftypes.Value
	if r.of != nil {
		if token = at(r.of.state.value, "token"); token.IsNull() || r.of.state.tainted {
			return false // what it depends on was not applied
		}
	}
	r.config = r.configured(s.world, false, token)
	prior, old := r.state, r.state
	if planned.action == "replace" {
		prior = r.none()
	}
	c, ok := s.replan(r, planned, prior, r.config)
	if !ok {
		if r.valid() && c.action != "replace" {
			s.failf("the second plan of %s failed", r.name)
		}
		return false
	}
	if c.action == "no-op" {
		return true
	}
	c.config = r.args
	after, ok := s.apply(r, c, r.config)
	after.facts = c.prior.facts.applied(c, after)
	if r.of != nil && c.action == "create" {
		r.removed = false
	}
	if t := after.text("token"); t != "" && r.of == nil && s.created[t].IsZero() {
		s.created[t] = s.fake.Exports()[t].CreatedAt
	}
	if planned.action == "replace" && old.exists() {
		if !after.exists() {
			return false // core keeps the old object
		}
		r.deposed = append(r.deposed, old)
	}
	r.state = after
	return ok
}
