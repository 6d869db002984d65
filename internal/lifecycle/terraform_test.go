package lifecycle_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/vantage"
)

// The part of Terraform core that handles all resources: the commands plan and apply.

// session is one process of the provider.
type session struct {
	*world
	server     tfprotov6.ProviderServer
	ctx        context.Context
	log        *bytes.Buffer
	configured bool
	faulty     bool // faults were to come when it started
	stopped    atomic.Bool
	late       bool // it applies a saved plan
	deposed    map[*resource]object
	last       string // diagnostics of the last call
	failed     bool   // the last call
}

func (w *world) start(configured bool) *session {
	s := &session{world: w, log: &bytes.Buffer{}, configured: configured, faulty: len(w.faults) > 0,
		deposed: map[*resource]object{}}
	s.ctx = tflogtest.RootLogger(context.Background(), s.log)
	var options *vantage.Options
	if configured {
		options = &vantage.Options{
			APIToken: acctest.APIToken, Transport: w.fake.Transport(),
			Logger: slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		}
	}
	var err error
	s.server, err = acctest.Configured(s.ctx, options)
	w.must(err)
	return s
}

// current returns the object of a resource as a plan begins with it.
func (s *session) current(r *resource, refresh bool) (object, bool) {
	o := s.load(r, r.state)
	switch {
	case r.block != nil && !o.exists() && !r.absent:
		return s.importState(r, *r.block)
	case !o.exists() || !refresh:
		return o, true
	}
	after, ok := s.read(r, o)
	if !ok && s.configured && !s.faulty {
		s.failf("the refresh of %s failed%s", r.name, s.last)
	}
	return after, ok
}

// plan does what "terraform plan" does. It returns nil if it fails.
func (w *world) plan(refresh bool) map[*resource]change {
	s := w.start(!w.unknownProvider)
	w.unknownProvider = false
	changes := map[*resource]change{}
	for _, r := range w.resources {
		o, ok := s.current(r, refresh)
		switch {
		case !ok, !r.absent && r.of != nil && r.of.absent:
			return nil
		case r.absent && !o.exists():
			changes[r] = change{action: "no-op", prior: o}
			continue
		case r.absent:
			changes[r], _ = s.plan(r, o, config{value: r.none().value})
			continue
		}
		var token tftypes.Value
		if r.of != nil {
			token = at(changes[r.of].planned.value, "token")
		}
		// The arguments can change until a saved plan is applied.
		c, ok := s.plan(r, o, r.configure(maps.Clone(r.args), maps.Clone(r.unknown), token))
		if !ok {
			return nil
		}
		s.checkAction(r, c)
		changes[r] = c
		counts.Add("planned "+c.action, 1)
		w.trace("  %s %s", c.action, r.name)
	}
	return changes
}

// apply does what "terraform apply" does with a plan. It reports whether everything was applied.
func (w *world) apply(changes map[*resource]change, late bool) bool {
	s := w.start(true)
	s.late = late
	if w.stopAfter >= 0 {
		timer := time.AfterFunc(w.stopAfter, func() {
			s.stopped.Store(true)
			_, _ = s.server.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{})
		})
		defer timer.Stop()
		w.stopAfter = -1
		counts.Add("interrupts", 1)
	}
	for _, r := range w.resources {
		if r.state = s.load(r, changes[r].prior); r.state.reported != nil {
			r.block = nil
		}
	}
	for _, r := range slices.Backward(w.resources) {
		if c := changes[r]; c.action == "delete" || c.action == "replace" && !r.createBeforeDestroy {
			s.destroy(r, r.state)
			r.state = r.none()
		}
	}
	all := true
	for _, r := range w.resources {
		if c := changes[r]; c.action != "delete" && c.action != "no-op" {
			done := !s.stopped.Load() && s.change(r, c)
			all = all && done
		}
	}
	for _, r := range slices.Backward(w.resources) {
		if old, ok := s.deposed[r]; ok {
			s.destroy(r, old)
		}
	}
	w.saved = nil
	counts.Add("applies", 1)
	if late {
		counts.Add("saved plans", 1)
	}
	return all && !s.stopped.Load()
}

func (s *session) destroy(r *resource, o object) {
	c, _ := s.plan(r, o, config{value: r.none().value})
	s.apply(r, c)
}

// change applies a creation, an update, or the creation of a replacement.
func (s *session) change(r *resource, planned change) bool {
	if !s.late {
		clear(r.unknown)
	}
	var token tftypes.Value
	if r.of != nil {
		if token = at(r.of.state.value, "token"); token.IsNull() || r.of.state.tainted {
			return false // what it depends on was not applied
		}
	}
	prior := r.state
	if planned.action == "replace" {
		prior = r.none()
	}
	c, ok := s.replan(r, planned, prior, r.configure(planned.config.args, nil, token))
	if !ok || c.action == "no-op" {
		return ok
	}
	after, ok := s.apply(r, c)
	if r.of != nil && c.action == "create" {
		r.removed = false
	}
	switch old := r.state; {
	case planned.action == "replace" && old.exists() && !after.exists():
		return false // core keeps the old object
	case planned.action == "replace" && old.exists():
		s.deposed[r] = old
	}
	r.state = after
	return ok
}
