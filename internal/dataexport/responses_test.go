package dataexport_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// What unusual responses of the API, or of a gateway, do to state and to diagnostics.

func TestCreate_fails(t *testing.T) {
	t.Parallel()
	const (
		failed  = `{"status":"failed","errors":["no such metric"]}`
		noFiles = `{"status":"completed","manifest":null}`
	)
	unconfirmed := []string{"Up to 5 exports may have been created", "nothing to clean up"}
	for name, test := range map[string]struct {
		options     fakevantage.Options
		kept        bool // in state, as tainted
		posts, gets int  // more with retries
		retries     bool // a number of times that depends on chance
		says        []string
		argument    string // that the error is about
	}{
		"failed export": {
			options: fakevantage.Options{Misbehave: get(fakevantage.Answer(200, failed))},
			posts:   1, gets: 1,
			says: []string{"could not complete the export", `"failed"`, "no such metric"},
		},
		"invalid response": {
			options: fakevantage.Options{Misbehave: get(fakevantage.Answer(200, noFiles))},
			kept:    true, posts: 1, gets: 1, retries: true,
			says: []string{"malformed manifest", "dta_xprt_"},
		},
		"no such report": {
			options: fakevantage.Options{Reports: []string{"rprt_2"}},
			posts:   1,
			says:    []string{"404 Not Found", "CostReport rprt_1 not found"}, argument: "cost_report_token",
		},
		"workspace missing": {
			options: fakevantage.Options{Workspaces: []string{"a", "b"}},
			posts:   1,
			says:    []string{"400 Bad Request", "workspace_token is required"},
		},
		"rejected token": {
			options: fakevantage.Options{APIToken: "another"},
			posts:   1,
			says:    []string{"401 Unauthorized", "VANTAGE_API_TOKEN", "The access token is invalid"},
		},
		"several messages": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(422, "first words", "second words"))},
			posts:   1,
			says:    []string{"422", "first words; second words"},
		},
		"not in the plan": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(402, "upgrade"))},
			posts:   1,
			says:    []string{"402 Payment Required", "does not include this", "upgrade"},
		},
		"redirect elsewhere": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Redirect("https://evil.example"))},
			posts:   1, retries: true,
			says: []string{`redirects to another host, "evil.example"`},
		},
		"control characters": {
			options: fakevantage.Options{Misbehave: post(fakevantage.Errors(400, "red \x1b[31m alert"))},
			posts:   1,
			says:    []string{"red [31m alert"},
		},
		"404 of a gateway": {
			options: fakevantage.Options{Misbehave: post(fakevantage.HTML(404))},
			posts:   1, retries: true,
			says: []string{"The response to POST /v2/unit_costs/data_exports", "404 Not Found", "VANTAGE_HOST"},
		},
		"504":   {options: fakevantage.Options{Misbehave: post(fakevantage.HTML(504))}, posts: 5, says: unconfirmed},
		"reset": {options: fakevantage.Options{Misbehave: post(fakevantage.Reset)}, posts: 5, says: unconfirmed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, test.options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				wantWords(t, state.Errors(), test.says...)
				if state.IsNull() == test.kept {
					t.Errorf("the state is %v", state.Value)
				}
				if at := state.Diagnostics[0].Attribute; !strings.Contains(at.String(), test.argument) ||
					(test.argument == "") != (at == nil) {
					t.Errorf("the error is about %s, want %q", at, test.argument)
				}
				if strings.Contains(state.Errors()[0], "\x1b") {
					t.Error("a control character would reach the terminal")
				}
				if n := len(fake.Requests()); test.retries && (n == test.posts+test.gets || n > 12) {
					t.Errorf("%d requests, want retries", n)
				} else if !test.retries {
					acctest.WantRequests(t, fake, test.posts, test.gets)
				}
			})
		})
	}
}

func TestRead_404OfAGatewayKeepsState(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), unwaited)
		time.Sleep(time.Hour)
		fake.Change(func(o *fakevantage.Options) { o.Misbehave = get(fakevantage.HTML(404)) })
		read := p.Read(t.Context(), state)
		wantWords(t, read.Errors(), "The response to GET /v2/data_exports/", "404 Not Found", "VANTAGE_HOST")
		wantSame(t, state, read)
	})
}

func TestCreate_unreachableHostFailsAfterAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unknown := func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "api.vantage.hs"}
		}
		options := &vantage.Options{APIToken: acctest.APIToken, Transport: &http.Transport{DialContext: unknown}}
		start := time.Now()
		state := acctest.NewProtocol(t, options).Create(t.Context(), minimal)
		wantWords(t, state.Errors(), "no such host", "VANTAGE_HOST")
		if took := time.Since(start); took > 65*time.Second || !state.IsNull() {
			t.Errorf("took %s, the state is %v", took, state.Value)
		}
	})
}

// The time of acceptance is in private state: a 404 of a lagging replica is retried in the next run as well.
func TestRead_acceptedAtOutlastsTheProcess(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{ReadyAfter: time.Hour}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		time.AfterFunc(2*time.Second, p.Stop)
		state := p.Create(t.Context(), minimal)
		wantPending(t, state, "")
		requests, lagging := len(fake.Requests()), fakevantage.Errors(404, "DataExport not found.")
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = misbehaving(lagging, func(r fakevantage.Request) bool { return r.N <= requests+2 })
		})
		// Another process, which has not created the export.
		next := acctest.NewProtocolFor(t, fake, "vantage_unit_cost_export")
		wantPending(t, next.Read(t.Context(), state), state.Text("token"))
	})
}
