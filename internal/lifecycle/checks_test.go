package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"errors"
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
		s.must(errors.Join(err, s.wrong))
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
		case t.all > 0 && call != "ApplyResourceChange" && call != "ReadResource" && call != "ImportResourceState":
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

// rules returns a function that ends the lifecycle if a rule does not hold.
func (s *session) rules(r *resource, call string, t traffic, before, after object) func(holds bool, rule string) {
	return func(holds bool, rule string) {
		if !holds {
			s.failf("%s of %s breaks the rule that %s: %+v%s\n  from %s\n  to %s", call, r.name, rule, t, s.last,
				show(before.value), show(after.value))
		}
	}
}

// urlsAllowed reports whether an object has no URLs, or may have them and they work until urls_valid_until.
func urlsAllowed(o object) bool {
	for _, file := range as[[]tftypes.Value](at(o.value, "manifest", "files")) {
		signedAt, lifetime, ok := signature(text(file))
		if ok && o.timeOr("urls_valid_until", signedAt).After(signedAt.Add(lifetime)) {
			return false
		}
	}
	return at(o.value, "manifest", "files").IsNull() || !is(at(o.value, "store_file_urls"), false)
}

// pending reports whether the API knows an export that has not completed.
func (s *session) pending(token string) bool {
	return s.known(token) && s.fake.Exports()[token].CompletedAt.IsZero()
}

func (s *session) checkImported(r *resource, o object, block importBlock, t traffic) {
	rule := s.rules(r, "import", t, r.none(), o)
	rule(t.all == t.gets && (t.gets == 1 || s.faulty), "one GET is sent")
	rule(completed(o) && o.text("token") == block.token, "only a completed export is imported")
	for _, left := range [][]string{{"wait_for_completion"}, {"store_file_urls"}, {"manifest", "files"}} {
		rule(at(o.value, left...).IsNull(), left[len(left)-1]+" is left to the first apply")
	}
	s.checkCompleted(rule, o)
}

// checkCompleted checks an object that has just been seen completed.
func (s *session) checkCompleted(rule func(bool, string), o object) {
	want := s.urlsValidUntil(s.fake.Exports()[o.text("token")])
	got := o.text("manifest", "urls_valid_until")
	rule(got == want || s.api().SignEachGET && got != "", "urls_valid_until is stored, whether URLs are or not: "+want)
}

func (s *session) checkRead(r *resource, before, after object, t traffic) {
	rule := s.rules(r, "refresh", t, before, after)
	same := after.value.Equal(before.value)
	token := before.text("token")
	young := time.Since(s.accepted(token)) < time.Minute // a 404 can mean that the API does not know it yet
	rule(t.all == t.gets && (t.gets < 2 || s.faulty || young), "at most one GET is sent")
	imported := bytes.Contains(before.private, []byte(".import_before_read")) // a key of the framework
	rule(!same || imported || bytes.Equal(before.private, after.private), "private state changes with state only")
	if r.of != nil {
		missing := r.removed && is(at(before.value, "verify_files"), true)
		expired := before.text("valid_until") <= time.Now().UTC().Format(time.RFC3339)
		rule(t.all == 0, "no request is sent")
		rule(same == (!missing || expired), "it is removed if files are missing and can be downloaded again")
		rule(missing == (s.last != ""), "missing files are reported")
		return
	}
	if !s.configured || s.finished(before) {
		rule(t.all == 0 && same && (s.last == "" || !s.finished(before)), "nothing is done if the export is finished")
		return
	}
	rule(t.gets > 0, "an export that is not finished is polled")
	if !after.exists() {
		rule(s.unusable(token) && strings.Contains(s.last, token), "the token is lost only with a reason and a warning")
		return
	}
	rule(urlsAllowed(after), "URLs are stored if they may be, with their expiry")
	rule(after.text("token") == token && (before.identity() == "" || after.identity() == token), "the token is constant")
	rule(completed(after) || s.unusable(token) || s.pending(token), "completion is noticed")
	if completed(after) {
		s.checkCompleted(rule, after)
	}
}

// checkPlanned checks a planned object, and the attributes that force replacement.
func (s *session) checkPlanned(r *resource, planned object, replacing []string) {
	if !urlsAllowed(planned) {
		s.failf("the plan of %s has URLs despite store_file_urls = false: %s", r.name, show(planned.value))
	}
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
		s.failf("planned to %s %s, want %s; planned\n  %s from\n  %s, reported %v", c.action, r.name, want,
			show(c.planned.value), show(c.prior.value), c.prior.reported)
	}
	for _, name := range adopted {
		if !strings.Contains(c.warnings, name) {
			s.failf("%s of %s is adopted without a warning%s", name, r.name, c.warnings)
		}
	}
	if r.of == nil || c.action != "replace" || c.prior.tainted || c.prior.text("valid_until") == "" {
		return
	}
	expired := c.prior.text("valid_until") <= time.Now().UTC().Format(time.RFC3339)
	kept := at(c.planned.value, "token").Equal(at(c.prior.value, "token"))
	if warned := strings.Contains(c.warnings, "-replace"); warned != (expired && kept) {
		s.failf("the plan warns that %s cannot succeed: %t%s", r.name, warned, c.warnings)
	}
}

func (s *session) checkApplied(r *resource, c change, after object, t traffic) {
	rule := s.rules(r, c.action, t, c.prior, after)
	ok, stopped, token := !s.failed, s.stopped.Load(), after.text("token")
	isExport := r.of == nil
	switch c.action {
	case "delete":
		rule(ok && t.all == 0 && !after.exists(), "the object is removed without a request")
		return
	case "update":
		rule(t.accepted == 0, "no export is created")
		rule(token == c.prior.text("token") && after.identity() == c.prior.identity(), "the token is constant")
		fetches := lacksURLs(c.prior) && is(at(after.value, "store_file_urls"), true)
		rule(t.all == 0 || isExport && (!completed(c.prior) || fetches), "no request is sent for a completed export")
		rule(!completed(c.prior) || fetches ||
			at(after.value, "manifest", "urls_valid_until").Equal(at(c.prior.value, "manifest", "urls_valid_until")),
			"urls_valid_until is constant")
		rule(!ok || stopped || r.of != nil || !lacksURLs(after) || !is(at(after.value, "store_file_urls"), true),
			"URLs that are to be stored are stored")
	case "create":
		rule(t.posts == 0 || isExport, "no export is created for a download")
		rule(t.accepted < 2 || s.faulty && t.accepted < 6, "one export is created, less than six after faults")
		rule(t.accepted > 0 || !ok || !isExport, "an export is created")
		if isExport {
			rule(t.confirmed == 0 || after.exists() || t.failed > 0, "an export that was created is in state")
			rule(!after.exists() || after.identity() == token && s.known(token), "the token is that of an export")
			rule(!after.exists() || !s.unusable(token) || s.faulty || stopped, "a failed export is not in state")
			rule(!after.tainted || !stopped || s.faulty || t.failed > 0, "an interrupt does not taint")
		}
	}
	rule(urlsAllowed(after), "URLs are stored if they may be, with their expiry")
	if isExport && completed(after) && !completed(c.prior) {
		s.checkCompleted(rule, after)
	}
	rule(ok || t.failed > 0 || s.excused(r, c, after), "the apply succeeds")
	waits := isExport && !is(at(c.config.value, "wait_for_completion"), false)
	rule(!ok || !waits || stopped || completed(after), "the apply waits for completion")
	rule(t.gets == 0 || waits || !isExport || completed(c.prior), "nothing is polled without wait_for_completion")
}

// excused reports whether an apply may fail: because of a fault or an interrupt, or since the export is still
// pending, is lost, has failed or expired.
func (s *session) excused(r *resource, c change, after object) bool {
	token := c.prior.text("token")
	switch {
	case r.of != nil:
		token = c.planned.text("token")
	case c.action == "create":
		token = after.text("token")
	}
	lost := (c.action == "update" && !completed(c.prior) || r.of != nil) && (s.unusable(token) || s.expired(token))
	return s.faulty || s.stopped.Load() || s.pending(token) || lost
}

// checkDone checks that nothing is left to do after a successful apply.
func (w *world) checkDone(applied map[*resource]change) {
	changes := w.plan(true)
	for _, r := range w.resources {
		c := changes[r]
		due := applied[r].action == "update" && w.due(c.prior, c.config)
		noticed := !completed(r.state) && w.due(c.prior, c.config) // by the refresh: it completed and expired long ago
		excused := due || noticed || r.of != nil && changes[r.of].action != "no-op"
		if c.action != "no-op" && !excused && !w.unusable(r.state.text("token")) && !r.removed {
			w.failf("after the apply, %s of %s is planned: %s", c.action, r.name, show(c.planned.value))
		}
	}
}
