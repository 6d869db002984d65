package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
)

// What the provider promises, checked after each call.

// violation is the panic that ends a lifecycle.
type violation string

func (w *world) failf(format string, args ...any) { panic(violation(fmt.Sprintf(format, args...))) }

func (w *world) must(err error) {
	if err != nil {
		w.failf("%v", err)
	}
}

// begin is called before each call of the provider; what it returns is called after it, and returns its requests.
func (s *session) begin(r *resource, call string) (done func(error, []*tfprotov6.Diagnostic) traffic) {
	first, before := len(s.fake.Requests()), s.traffic(0)
	s.trace("    %s %s", call, r.name)
	return func(err error, diags []*tfprotov6.Diagnostic) traffic {
		s.must(err)
		t := s.traffic(first)
		t.accepted, t.failed = t.accepted-before.accepted, t.failed-before.failed
		s.last, s.failed = summaries(diags)
		s.trace("    %+v%s", t, s.last)
		s.checkSecrets(call+" of "+r.name, s.last)
		s.checkSecrets("log of "+call, s.log.String())
		s.log.Reset()
		switch {
		case t.accepted > 0 && call != "ApplyResourceChange":
			s.failf("%s of %s created an export", call, r.name)
		case t.all > 0 && call != "ApplyResourceChange" && call != "ReadResource":
			s.failf("%s of %s sent %d requests", call, r.name, t.all)
		}
		return t
	}
}

func (s *session) checkSecrets(where, shown string) {
	for _, secret := range []string{acctest.APIToken, "X-Signature", "X-Amz-"} {
		if strings.Contains(shown, secret) {
			s.failf("%s shows %s: %s", where, secret, shown)
		}
	}
}

// checkState checks what is written to state. Private state is JSON with values in base64.
func (s *session) checkState(r *resource, state, private []byte) {
	values := map[string][]byte{}
	if len(private) > 0 {
		s.must(json.Unmarshal(private, &values))
	}
	kept := string(bytes.Join(slices.Collect(maps.Values(values)), nil))
	s.checkSecrets("private state of "+r.name, kept)
	if bytes.Contains(state, []byte(acctest.APIToken)) || strings.Contains(kept, "https:") {
		s.failf("a credential is in the state of %s", r.name)
	}
}

// checkURLs checks that no URL is kept if none is to be stored.
func (s *session) checkURLs(r *resource, what string, v tftypes.Value) {
	if files := at(v, "manifest", "files"); is(at(v, "store_file_urls"), false) && !files.IsNull() {
		s.failf("%s of %s has URLs despite store_file_urls = false: %s", what, r.name, files)
	}
}

func (s *session) checkRead(r *resource, before, after object, t traffic) {
	same := after.value.Equal(before.value)
	token := before.text("token")
	importing := r.typeName != downloadType && before.text("status") == ""
	young := time.Since(s.accepted(token)) < time.Minute // a 404 can mean that the API does not know it yet
	if t.all > t.gets || !s.faulty && !young && t.gets > 1 {
		s.failf("refresh of %s: %+v", r.name, t)
	}
	if !same || importing {
		s.checkURLs(r, "state", after.value)
	} else if !bytes.Equal(before.private, after.private) {
		s.failf("refresh of %s changed private state only: %s became %s", r.name, before.private, after.private)
	}
	if r.typeName == downloadType {
		s.checkReadDownload(r, before, after, t)
		return
	}
	if is, was := after.identity(), before.identity(); was != "" && after.exists() && is != was {
		s.failf("the identity of %s changed from %q to %q", r.name, was, is)
	}
	switch {
	case !s.configured || s.finished(before):
		if t.all > 0 || !same || s.configured && s.last != "" {
			s.failf("refresh of %s, finished or without a client: %+v, state %s, was %s%s", r.name, t, show(after.value),
				show(before.value), s.last)
		}
	case t.gets == 0:
		s.failf("refresh of %s, which is not finished, sent no request", r.name)
	case !after.exists():
		expired := time.Since(s.accepted(token)) >= 48*time.Hour && is(at(before.value, "wait_for_completion"), false)
		if !s.gone(token) || expired || !strings.Contains(s.last, token) {
			s.failf("refresh of %s lost the export %s%s", r.name, token, s.last)
		}
	case after.text("token") != token:
		s.failf("refresh of %s changed the token", r.name)
	case completed(before) && !completed(after):
		s.failf("refresh of %s: a completed export is pending again", r.name)
	case !same && completed(before) && !before.urlsExpired():
		s.failf("refresh of %s found drift: %s, was %s", r.name, show(after.value), show(before.value))
	case same && before.urlsExpired() && !s.gone(token) && !s.expired(token):
		s.failf("refresh of %s kept URLs that have expired", r.name)
	case !completed(after) && s.known(token) && !s.fake.Exports()[token].CompletedAt.IsZero():
		s.failf("refresh of %s did not notice the completion", r.name)
	}
}

func (s *session) checkReadDownload(r *resource, before, after object, t traffic) {
	missing := r.removed && is(at(before.value, "verify_files"), true)
	expired := before.text("valid_until") <= time.Now().UTC().Format(time.RFC3339)
	kept := after.exists() && after.value.Equal(before.value)
	if t.all > 0 || kept == (missing && !expired) || missing != (s.last != "") {
		s.failf("refresh of %s (missing %t, expired %t): %+v, %s%s", r.name, missing, expired, t, show(after.value), s.last)
	}
}

func (s *session) checkPlanned(r *resource, planned tftypes.Value, replacing []string) {
	s.checkURLs(r, "plan", planned)
	for _, name := range replacing {
		isOption := slices.ContainsFunc(options(r.typeName), func(c choice) bool { return c.name == name })
		// A renewal is shown where it is due, in the manifest.
		if isOption || r.of == nil && (name == "token" || name == "id") {
			s.failf("%s of %s forces replacement", name, r.name)
		}
	}
}

// checkAction compares a planned action with the model's.
func (s *session) checkAction(r *resource, c change) {
	want, adopted := s.action(r, c.prior, c.config)
	if c.action != want {
		s.failf("planned to %s %s, want %s; planned\n  %s from\n  %s, facts %+v", c.action, r.name, want,
			show(c.planned.value), show(c.prior.value), c.prior.facts)
	}
	for _, name := range adopted {
		if !strings.Contains(c.warnings, name) {
			s.failf("%s of %s is adopted without a warning%s", name, r.name, c.warnings)
		}
	}
}

func (s *session) checkApplied(r *resource, c change, after object, t traffic) {
	ok := !s.failed
	token := after.text("token")
	isExport := r.typeName != downloadType
	stopped := s.stopped.Load()
	s.checkURLs(r, "state", after.value)
	switch c.action {
	case "delete":
		if !ok || t.all > 0 || after.exists() {
			s.failf("delete of %s: %+v, %s%s", r.name, t, show(after.value), s.last)
		}
		return
	case "update":
		silent := !isExport || s.finished(c.prior)
		if t.accepted > 0 || silent && t.all > 0 || token != c.prior.text("token") || after.identity() != c.prior.identity() {
			s.failf("update of %s: %+v, token %s became %s", r.name, t, c.prior.text("token"), token)
		}
	case "create":
		switch {
		case !isExport && t.posts > 0, t.accepted > 5, t.accepted > 1 && !s.faulty, ok && isExport && t.accepted == 0:
			s.failf("create of %s: %+v", r.name, t)
		case !isExport:
		case t.confirmed > 0 && !after.exists() && t.failed == 0:
			s.failf("create of %s lost its export: %+v%s", r.name, t, s.last)
		case after.exists() && (after.identity() != token || !s.known(token)):
			s.failf("create of %s: %s with identity %s is no export", r.name, token, after.identity())
		case after.exists() && s.gone(token) && !s.faulty && !stopped:
			s.failf("create of %s left a failed export in state%s", r.name, s.last)
		case after.tainted && stopped && !s.faulty && t.failed == 0:
			s.failf("an interrupt tainted %s%s", r.name, s.last)
		}
	}
	if !ok && t.failed == 0 && !s.excused(r, c, after) {
		s.failf("%s of %s failed%s", c.action, r.name, s.last)
	}
	waits := isExport && !stopped && !is(at(c.config.value, "wait_for_completion"), false)
	if ok && waits && after.exists() && !completed(after) {
		s.failf("%s of %s did not wait: %s", c.action, r.name, show(after.value))
	}
}

// excused reports whether an apply may fail: because of a fault or an interrupt, since the export takes longer than the
// timeout, is lost, has failed or expired, or is not what its import was configured for.
func (s *session) excused(r *resource, c change, after object) bool {
	token := c.prior.text("token")
	switch {
	case r.typeName == downloadType:
		token = c.planned.text("token")
	case c.action == "create":
		token = after.text("token")
	}
	adopted := c.prior.facts.made
	if c.prior.facts.imported {
		adopted = c.config.args
	}
	differs := !maps.Equal(adopted, corrected(adopted, c.prior.facts.reported))
	lost := (c.action == "update" || r.typeName == downloadType) && (s.gone(token) || s.expired(token))
	return s.faulty || s.stopped.Load() || s.late || s.api().ReadyAfter > 20*time.Minute || differs || lost
}

// checkDone checks that nothing is left to do after a successful apply.
func (w *world) checkDone(applied map[*resource]change) {
	changes := w.plan(true)
	for _, r := range w.resources {
		c := changes[r]
		renewed := applied[r].action == "update" && w.due(c.prior, c.config)
		renewed = renewed || c.prior.facts.omitted || r.of != nil && changes[r.of].action != "no-op"
		if c.action != "no-op" && !renewed && !w.gone(r.state.text("token")) && !r.removed {
			w.failf("after the apply, %s of %s is planned: %s", c.action, r.name, show(c.planned.value))
		}
	}
}
