package vantage_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

func TestRetry_isNotMentionedAfterAFinalError(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if r.N == 1 {
				return fakevantage.HTML(503)
			}
			return fakevantage.Errors(400, "no such report")
		}})
		_, err := export(ctx, newClient(t, fake))
		if e := wantKind(t, err, vantage.Rejected); e.LastFailure != nil || strings.Contains(e.Error(), "503") {
			t.Error(e)
		}
		wantRequests(t, fake, 2, 0)
	})
}

// A clock that is ahead of the server's makes a Retry-After date one of the past.
func TestRetryAfter_isIgnoredIfItIsPastOrAbsurd(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		for name, value := range map[string]string{
			"2 s in the past": "Fri, 31 Dec 1999 23:59:58 GMT", "a week": "604800", "no number": "soon", "zero": "0",
		} {
			t.Run(strconv.Itoa(status)+" "+name, func(t *testing.T) {
				t.Parallel()
				within(t, time.Hour, func(t *testing.T, ctx context.Context) {
					back := time.Now().Add(5 * time.Minute)
					limited := fakevantage.Answer(status, `{"errors":["slow down"]}`, "Retry-After: "+value)
					fake := fakevantage.New(fakevantage.Options{
						RetryAfter: "0", Limits: []fakevantage.RouteLimit{},
						Misbehave: func(r fakevantage.Request) http.HandlerFunc {
							if r.Method == http.MethodGet && time.Now().Before(back) {
								return limited
							}
							return nil
						},
					})
					done, err := export(ctx, newClient(t, fake))
					if err != nil || !done.Completed() {
						t.Errorf("%+v, %v", done, err)
					}
					if n := fake.Gets(); n > 20 {
						t.Errorf("%d GETs in five minutes", n)
					}
				})
			})
		}
	}
}

// ofGateways are responses that are not in the API's format.
var ofGateways = map[string]http.HandlerFunc{
	"302 to a sign-in page":  fakevantage.Answer(302, "", "Location: https://login.example/"),
	"307 to another host":    fakevantage.Answer(307, "", "Location: https://login.example/"),
	"400 with a page":        fakevantage.HTML(400),
	"401 with a page":        fakevantage.HTML(401),
	"403 with a page":        fakevantage.HTML(403),
	"404 with a page":        fakevantage.HTML(404),
	"410 with a page":        fakevantage.HTML(410),
	"403 of an API gateway":  fakevantage.Answer(403, `{"message":"Forbidden"}`, "Content-Type: application/json"),
	"404 with a number":      fakevantage.Answer(404, "404"),
	"404 of a framework":     fakevantage.Answer(404, `{"status":404,"error":"Not Found"}`),
	"404 without errors":     fakevantage.Answer(404, `{"errors":[]}`),
	"444 with an empty body": fakevantage.Answer(444, ""),
	"200 with a page":        fakevantage.HTML(200),
	"200 that is no export":  fakevantage.Answer(200, `{"message":"ok"}`),
	"204":                    fakevantage.Answer(204, ""),
	"202 of a firewall": fakevantage.Answer(202, "",
		"X-Amzn-Waf-Action: challenge", "Content-Type: text/html; charset=UTF-8"),
	"challenge, malformed":  fakevantage.Answer(202, "", `Content-Type: Text/HTML; charset="`),
	"404 in JSON as a page": fakevantage.Answer(404, `{"errors":["DataExport not found."]}`, "Content-Type: text/html"),
	"200 in JSON as a page": fakevantage.Answer(200, `{"status":"completed","manifest":{"files":[]}}`,
		"Content-Type: text/html"),
	"401 that is cut off": cutOff(401),
	"200 that is cut off": cutOff(200),
}

// cutOff breaks the connection in the middle of a response with a status. Only that to a POST may use its Location.
func cutOff(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		if r.Method == http.MethodGet {
			w.Header().Set("Location", "/v2/data_exports/tok_1")
		}
		w.WriteHeader(status)
		fakevantage.CutOff(w, r)
	}
}

func TestWait_survivesGatewayResponses(t *testing.T) {
	t.Parallel()
	for name, response := range ofGateways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{RetryAfter: "0", Misbehave: atFirst(3, http.MethodGet, response)})
				if done, err := export(ctx, newClient(t, fake)); err != nil || !done.Completed() {
					t.Errorf("%+v, %v", done, err)
				}
				wantRequests(t, fake, 1, 4)
			})
		})
	}
}

func TestGet_endsAfterAMinuteOfGatewayResponses(t *testing.T) {
	t.Parallel()
	for name, response := range ofGateways {
		for call, follow := range map[string]lookUp{"wait": wait, "refresh": refresh} {
			t.Run(name+" "+call, func(t *testing.T) {
				t.Parallel()
				within(t, time.Hour, func(t *testing.T, ctx context.Context) {
					fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodGet, response)})
					start := time.Now()
					_, err := follow(ctx, newClient(t, fake), &vantage.DataExport{Token: "tok_1"})
					var e *vantage.Error
					if !errors.As(err, &e) || e.StatusCode == 0 || e.FromAPI || e.Token == "" || e.NotFound() {
						t.Errorf("%+v", err)
					}
					if took := time.Since(start); took < 55*time.Second || took > 65*time.Second {
						t.Errorf("took %s", took)
					}
					for _, r := range fake.Requests() {
						if strings.Contains(r.Path, "login") {
							t.Errorf("a request was sent to %s", r.Path)
						}
					}
				})
			})
		}
	}
}

func TestJSON_mayStartWithAByteOrderMark(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		body := "\ufeff" + `{"status":"completed","manifest":{"files":[]}}`
		fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodGet, fakevantage.Answer(200, body))})
		if done, err := export(ctx, newClient(t, fake)); err != nil || !done.Completed() {
			t.Errorf("%+v, %v", done, err)
		}
		wantRequests(t, fake, 1, 1)
	})
}

// unconfirmed are failures that leave open whether an export was created.
var unconfirmed = map[string]http.HandlerFunc{
	"no response": fakevantage.Hang,
	"reset":       fakevantage.Reset,
	"409":         fakevantage.Errors(409, "conflict"),
	"500":         fakevantage.Errors(500, "internal error"),
	"502":         fakevantage.HTML(502),
	"524":         fakevantage.HTML(524),
	"cut off":     cutOff(202),
	"a page":      fakevantage.HTML(200),
	"a challenge": fakevantage.Answer(202, "", "Content-Type: text/html"),
	"no token":    fakevantage.Answer(202, "202"),
}

func TestCreate_isAttemptedFiveTimesIfTheOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	for name, failure := range unconfirmed {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodPost, failure)})
				var log strings.Builder
				_, err := export(ctx, newClient(t, fake, logTo(&log, slog.LevelWarn)))
				var e *vantage.Error
				if !errors.As(err, &e) || e.Unconfirmed != 5 || !strings.Contains(e.Error(), "up to 5 exports may") {
					t.Errorf("%+v", err)
				}
				wantRequests(t, fake, 5, 0)
				if n := strings.Count(log.String(), "outcome of a request to create an export is unknown"); n != 5 {
					t.Errorf("%d warnings: %s", n, log.String())
				}
			})
		})
		t.Run(name+" with other responses between", func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					if r.Nth%2 == 0 {
						return fakevantage.HTML(503)
					}
					return failure
				}})
				_, err := export(ctx, newClient(t, fake))
				var e *vantage.Error
				if !errors.As(err, &e) || e.Unconfirmed != 5 {
					t.Errorf("%+v", err)
				}
				wantRequests(t, fake, 9, 0)
			})
		})
	}
}

func TestCreate_deadlineDuringTheRequest(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[time.Duration]struct {
		unconfirmed int
		says        string
	}{
		5 * time.Second:  {1, "timed out after 5s; 1 export may have been created"},
		40 * time.Second: {2, "timed out after 40s; up to 2 exports may have been created"},
	} {
		t.Run(timeout.String(), func(t *testing.T) {
			t.Parallel()
			within(t, timeout, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodPost, fakevantage.Hang)})
				_, err := export(ctx, newClient(t, fake))
				e := wantKind(t, err, vantage.TimedOut)
				if e.Unconfirmed != want.unconfirmed || e.Waited != timeout || !strings.Contains(e.Error(), want.says) {
					t.Errorf("%v, %+v", e, e)
				}
				wantRequests(t, fake, want.unconfirmed, 0)
			})
		})
	}
}
