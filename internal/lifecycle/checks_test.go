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
	before, failures := s.net.traffic(), s.failures()
	s.trace("    %s %s", call, r.name)
	return func(err error, diags []*tfprotov6.Diagnostic) traffic {
		s.must(err)
		t := s.net.traffic().since(before)
		t.failed = s.failures() - failures
		said := summaries(diags)
		s.trace("    %+v%s", t, said)
		s.last = said
		s.checkSecrets(call+" of "+r.name, said)
		s.checkSecrets("log of "+call, s.log.String())
		s.log.Reset()
		if t.accepted > 0 && call != "ApplyResourceChange" {
			s.failf("%s of %s created an export", call, r.name)
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

func (s *session) checkSilent(t traffic) {
	if t.all > 0 {
		s.failf("sent %d requests", t.all)
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
	if files := at(v, "manifest", "files"); off(v, "store_file_urls") && !files.IsNull() {
		s.failf("%s of %s has URLs despite store_file_urls = false: %s", what, r.name, files)
	}
}

// gone reports whether the API does not know an export, or reports it as failed.
func (w *world) gone(token string) (unknown, failed bool) {
	e, ok := w.fake.Exports()[token]
	return !ok, e.Status != ""
}

func (s *session) checkRead(r *resource, before, after object, diags []*tfprotov6.Diagnostic, t traffic) {
	same := after.value.Equal(before.value)
	token := before.text("token")
	young := time.Since(s.accepted(token)) < time.Minute // a 404 can mean that the API does not know it yet
	if t.posts > 0 || t.files > 0 || !s.faulty && !young && t.gets > 1 {
		s.failf("refresh of %s: %+v", r.name, t)
	}
	if !same || before.facts.fresh {
		s.checkURLs(r, "state", after.value)
	} else if !bytes.Equal(before.private, after.private) {
		s.failf("refresh of %s changed private state only: %s became %s", r.name, before.private, after.private)
	}
	if r.typeName == downloadType {
		s.checkReadDownload(r, before, after, diags, t)
		return
	}
	if before.identity != "" && after.exists() && after.identity != before.identity {
		s.failf("the identity of %s changed from %q to %q", r.name, before.identity, after.identity)
	}
	unknown, failure := s.gone(token)
	switch {
	case !s.configured || finished(before, s.accepted(token)):
		if t.all > 0 || !same || s.configured && len(diags) > 0 {
			s.failf("refresh of %s, finished or without a client: %+v, state %s, was %s%s", r.name, t, show(after.value),
				show(before.value), s.last)
		}
	case t.gets == 0:
		s.failf("refresh of %s, which is not finished, sent no request", r.name)
	case !after.exists() && time.Since(s.accepted(token)) >= 48*time.Hour && off(before.value, "wait_for_completion"):
		s.failf("refresh of %s, which counts as expired, removed it", r.name)
	case !after.exists():
		if !unknown && !failure || !strings.Contains(summaries(diags), token) {
			s.failf("refresh of %s lost the export %s%s", r.name, token, summaries(diags))
		}
	case after.text("token") != token:
		s.failf("refresh of %s changed the token", r.name)
	case completed(before) && !completed(after):
		s.failf("refresh of %s: a completed export is pending again", r.name)
	case !same && !before.facts.fresh && completed(before) && !s.urlsExpired(before):
		s.failf("refresh of %s found drift: %s, was %s", r.name, show(after.value), show(before.value))
	case same && s.urlsExpired(before) && !unknown && !failure && !s.expired(token):
		s.failf("refresh of %s kept URLs that have expired", r.name)
	case !completed(after) && !unknown && !s.fake.Exports()[token].CompletedAt.IsZero():
		s.failf("refresh of %s did not notice the completion", r.name)
	}
}

// off reports whether an option is false.
func off(v tftypes.Value, option string) bool {
	return at(v, option).Equal(tftypes.NewValue(tftypes.Bool, false))
}

// urlsExpired reports whether stored URLs work no longer.
func (s *session) urlsExpired(o object) bool {
	until := o.timeOr("urls_valid_until", time.Time{})
	return !until.IsZero() && !time.Now().Before(until)
}

func (s *session) checkReadDownload(r *resource, before, after object, diags []*tfprotov6.Diagnostic, t traffic) {
	verifies := at(before.value, "verify_files").Equal(tftypes.NewValue(tftypes.Bool, true))
	missing := verifies && r.removed
	expired := before.text("valid_until") <= now()
	kept := after.exists() && after.value.Equal(before.value)
	if t.all > 0 || kept == (missing && !expired) {
		s.failf("refresh of %s (missing %t, expired %t): %+v, %s", r.name, missing, expired, t, show(after.value))
	}
	if missing != (len(diags) > 0) {
		s.failf("refresh of %s: files are missing: %t, diagnostics:%s", r.name, missing, summaries(diags))
	}
}

// checkFailedPlan is called for errors of PlanResourceChange: nothing justifies one once the configuration is valid.
func (s *session) checkFailedPlan(r *resource, diags []*tfprotov6.Diagnostic) {
	s.failf("the plan of %s failed%s", r.name, summaries(diags))
}

func (s *session) checkPlanned(r *resource, planned tftypes.Value, resp *tfprotov6.PlanResourceChangeResponse) {
	s.checkURLs(r, "plan", planned)
	never := []string{"token", "id"} // a renewal is shown where it is due, in the manifest
	for _, c := range options(r.typeName) {
		never = append(never, c.name)
	}
	for _, p := range resp.RequiresReplace {
		name, _ := p.Steps()[0].(tftypes.AttributeName)
		if slices.Contains(never, string(name)) && r.of == nil {
			s.failf("%s of %s forces replacement", name, r.name)
		}
	}
}

// checkAction compares a planned action with the model's.
func (s *session) checkAction(r *resource, o object, c change) {
	want, adopted := r.action(o, s.accepted(o.text("token")))
	if c.action != want {
		s.failf("planned to %s %s, want %s; planned\n  %s from\n  %s, facts %+v", c.action, r.name, want,
			show(c.planned.value), show(o.value), o.facts)
	}
	for _, name := range adopted {
		if !strings.Contains(summaries(c.warnings), name) {
			s.failf("%s of %s is adopted without a warning%s", name, r.name, summaries(c.warnings))
		}
	}
}

func (s *session) checkApplied(r *resource, c change, after object, diags []*tfprotov6.Diagnostic, t traffic) {
	ok := !failed(diags)
	token := after.text("token")
	s.checkURLs(r, "state", after.value)
	isExport := r.typeName != downloadType
	switch c.action {
	case "delete":
		if !ok || t.all > 0 || after.exists() {
			s.failf("delete of %s: %+v, %s%s", r.name, t, show(after.value), summaries(diags))
		}
	case "update":
		if t.accepted > 0 || after.text("token") != c.prior.text("token") || after.identity != c.prior.identity {
			s.failf("update of %s: %+v, token %s became %s", r.name, t, c.prior.text("token"), token)
		}
		if isExport && finished(c.prior, s.accepted(token)) && t.all > 0 {
			s.failf("update of %s, which has expired: %+v", r.name, t)
		}
		if !isExport && t.all > 0 {
			s.failf("update of %s: %+v", r.name, t)
		}
	case "create":
		_, failure := s.gone(token)
		switch {
		case !isExport && t.posts > 0, t.accepted > 5, t.accepted > 1 && !s.faulty, ok && isExport && t.accepted == 0:
			s.failf("create of %s: %+v", r.name, t)
		case isExport && t.confirmed > 0 && !after.exists() && t.failed == 0:
			s.failf("create of %s lost its export: %+v%s", r.name, t, summaries(diags))
		case isExport && failure && after.exists() && !s.faulty && !s.stopped.Load():
			s.failf("create of %s left a failed export in state%s", r.name, summaries(diags))
		case isExport && after.exists() && (after.identity != token || !failure && !s.known(token)):
			s.failf("create of %s: %s with identity %s is no export", r.name, token, after.identity)
		}
	}
	if isExport && c.action == "create" && after.tainted && s.stopped.Load() && !s.faulty && t.failed == 0 {
		s.failf("an interrupt tainted %s%s", r.name, s.last)
	}
	if !ok && t.failed == 0 && !s.excused(r, c, after) {
		s.failf("%s of %s failed%s", c.action, r.name, summaries(diags))
	}
	if ok && isExport && after.exists() && !completed(after) && !r.off("wait_for_completion") && !s.stopped.Load() &&
		!finished(after, s.accepted(token)) && c.action != "delete" {
		s.failf("%s of %s did not wait: %s", c.action, r.name, show(after.value))
	}
}

// excused reports whether an apply may fail: because of a fault or an interrupt, since the export takes longer than the
// timeout, is lost, has failed or expired, or is not what its import was configured for.
func (s *session) excused(r *resource, c change, after object) bool {
	o := c.prior
	if c.action == "create" {
		o = after
	}
	token := o.text("token")
	if r.typeName == downloadType {
		token = text(at(c.planned.value, "token"))
	}
	adopted := o.facts.made
	if o.facts.imported {
		adopted = c.config.texts()
	}
	unknown, failure := s.gone(token)
	lost := (unknown || s.expired(token)) && (c.action == "update" || r.typeName == downloadType)
	return s.faulty || s.stopped.Load() || s.late || s.readyAfter > 20*time.Minute || failure || lost ||
		!maps.Equal(adopted, corrected(adopted, o.facts.unchecked))
}
