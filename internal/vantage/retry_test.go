package vantage_test

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// A clock that is ahead of the server's makes a Retry-After date one of the past.
func TestRetryAfter_isIgnoredIfItIsPastOrAbsurd(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		for name, value := range map[string]string{
			"2 s in the past": "Fri, 31 Dec 1999 23:59:58 GMT", "a week": "604800",
		} {
			limited := fakevantage.Answer(status, `{"errors":["slow down"]}`, "Retry-After: "+value)
			interaction{
				api: fakevantage.Options{
					Limits: []fakevantage.RouteLimit{}, Misbehave: until(5*time.Minute, http.MethodGet, limited),
				},
				posts: 1, more: 20,
			}.run(t, strconv.Itoa(status)+" "+name)
		}
	}
}

// ofGateways are responses that are not in the API's format.
var ofGateways = map[string]struct {
	kind     vantage.ErrorKind
	response http.HandlerFunc
}{
	"302 to a sign-in page":  {vantage.Untrusted, fakevantage.Answer(302, "", "Location: https://login.example/")},
	"307 to another host":    {vantage.Untrusted, fakevantage.Answer(307, "", "Location: https://login.example/")},
	"400 with a page":        {vantage.Rejected, fakevantage.HTML(400)},
	"401 with a page":        {vantage.Rejected, fakevantage.HTML(401)},
	"403 with a page":        {vantage.Rejected, fakevantage.HTML(403)},
	"404 with a page":        {vantage.Rejected, fakevantage.HTML(404)},
	"410 with a page":        {vantage.Rejected, fakevantage.HTML(410)},
	"403 of an API gateway":  {vantage.Rejected, fakevantage.Answer(403, `{"message":"Forbidden"}`)},
	"404 with a number":      {vantage.Rejected, fakevantage.Answer(404, "404")},
	"404 of a framework":     {vantage.Rejected, fakevantage.Answer(404, `{"status":404,"error":"Not Found"}`)},
	"404 without errors":     {vantage.Rejected, fakevantage.Answer(404, `{"errors":[]}`)},
	"444 with an empty body": {vantage.Rejected, fakevantage.Answer(444, "")},
	"501 with a page":        {vantage.Rejected, fakevantage.HTML(501)},
	"404 in JSON as a page": {
		vantage.Rejected, fakevantage.Answer(404, `{"errors":["DataExport not found."]}`, "Content-Type: text/html"),
	},
	"401 that is cut off":   {vantage.Rejected, cutOff(401)},
	"200 with a page":       {vantage.Malformed, fakevantage.HTML(200)},
	"200 that is no export": {vantage.Malformed, fakevantage.Answer(200, `{"message":"ok"}`)},
	"200 in JSON as a page": {vantage.Malformed, fakevantage.Answer(200, completed, "Content-Type: text/html")},
	"200 that is cut off":   {vantage.Malformed, cutOff(200, "Location: /v2/data_exports/tok_1")},
	"204":                   {vantage.Malformed, fakevantage.Answer(204, "")},
	"202 of a firewall": {
		vantage.Malformed,
		fakevantage.Answer(202, "", "X-Amzn-Waf-Action: challenge", "Content-Type: text/html; charset=UTF-8"),
	},
	"challenge, malformed": {vantage.Malformed, fakevantage.Answer(202, "", `Content-Type: Text/HTML; charset="`)},
}

// completed is the response to a poll of a completed export.
const completed = `{"status":"completed","manifest":{"files":[]}}`

// cutOff breaks the connection in the middle of a response with a status and header lines.
func cutOff(status int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		fakevantage.Answer(status, "", header...)(w, r)
		fakevantage.CutOff(w, r)
	}
}

func TestGet_endsAfterAMinuteOfGatewayResponses(t *testing.T) {
	t.Parallel()
	for name, gateway := range ofGateways {
		for method, lookUp := range lookUps {
			interaction{
				api:  fakevantage.Options{Misbehave: everywhere(gateway.response)},
				call: lookUp(tok1),
				kind: gateway.kind, gets: 7, more: 1,
				least: 55 * time.Second, most: 65 * time.Second,
				check: func(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
					if e.StatusCode == 0 || e.FromAPI || e.Token == "" || e.NotFound() {
						t.Errorf("%+v", e)
					}
				},
			}.run(t, name+" "+method)
		}
	}
}

// An export that was accepted seconds ago may still be unknown to the server that responds to a poll.
func TestNotFound_isRetriedAfterACreation(t *testing.T) {
	t.Parallel()
	lagging := fakevantage.Options{
		Misbehave: until(5*time.Second, http.MethodGet, fakevantage.Errors(404, "DataExport not found.")),
	}
	for method, lookUp := range lookUps {
		interaction{
			api: lagging,
			call: func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
				created, err := create(ctx, c)
				if err != nil {
					return nil, err
				}
				found, err := lookUp(&vantage.DataExport{Token: created.Token})(ctx, c) // as another resource of the run does
				if err == nil && (found.AcceptedAt.IsZero() || found.AcceptedAt != created.AcceptedAt) {
					t.Errorf("accepted at %s, want %s", found.AcceptedAt, created.AcceptedAt)
				}
				return found, err
			},
			posts: 1, gets: 3, more: 2,
		}.run(t, method)
	}
}

func TestNotFound_isRetriedAccordingToAcceptedAt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ago   time.Duration
		found bool
	}{
		"just accepted":       {2 * time.Second, true},
		"a clock that is off": {-3 * time.Second, true},
		"long ago":            {11 * time.Second, false},
		"in a far future":     {-time.Hour, false},
	} {
		known := &vantage.DataExport{Token: "tok_1", AcceptedAt: bubble.Add(-test.ago)}
		i := interaction{gets: 3}
		if !test.found {
			i = interaction{kind: vantage.Rejected, gets: 1, check: wantNotFound}
		}
		i.api.Misbehave = func(fakevantage.Request) http.HandlerFunc {
			if time.Since(bubble) < 2*time.Second {
				return fakevantage.Errors(404, "DataExport not found.")
			}
			return fakevantage.Answer(200, completed)
		}
		for method, lookUp := range lookUps {
			i.call = lookUp(known)
			i.run(t, name+" "+method)
		}
	}
}

func wantNotFound(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
	t.Helper()
	if !e.NotFound() {
		t.Error(e)
	}
}

func TestCreate_isAttemptedFiveTimesIfTheOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]struct {
		response http.HandlerFunc
		kind     vantage.ErrorKind
	}{
		"no response": {fakevantage.Hang, vantage.Unreachable},
		"reset":       {fakevantage.Reset, vantage.Unreachable},
		"409":         {fakevantage.Errors(409, "conflict"), vantage.Rejected},
		"500":         {fakevantage.Errors(500, "internal error"), vantage.Rejected},
		"502":         {fakevantage.HTML(502), vantage.Rejected},
		"524":         {fakevantage.HTML(524), vantage.Rejected},
		"cut off":     {cutOff(202), vantage.Malformed},
		"a page":      {fakevantage.HTML(200), vantage.Malformed},
		"a challenge": {fakevantage.Answer(202, "", "Content-Type: text/html"), vantage.Malformed},
		"no token":    {fakevantage.Answer(202, "202"), vantage.Malformed},
	} {
		var log strings.Builder
		interaction{
			api:    fakevantage.Options{Misbehave: everywhere(failure.response)},
			client: logTo(&log, slog.LevelWarn),
			kind:   failure.kind, says: "up to 5 exports may", unconfirmed: 5, posts: 5,
			check: func(t *testing.T, _ *fakevantage.Server, _ *vantage.Error) {
				if n := strings.Count(log.String(), "outcome of a request to create an export is unknown"); n != 5 {
					t.Errorf("%d warnings: %s", n, log.String())
				}
			},
		}.run(t, name)
		interaction{
			api: fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.Nth%2 == 0 {
					return fakevantage.HTML(503)
				}
				return failure.response
			}},
			kind: failure.kind, unconfirmed: 5, posts: 9,
		}.run(t, name+" with other responses between")
	}
}
