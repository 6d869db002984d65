package dataexport_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// What unusual responses of the API, or of a gateway, do to state and to diagnostics.

func TestCreate_locationAtAnotherOrigin(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		token := fake.Add(minimal, time.Now())
		accepted := fakevantage.Answer(202, "", "Location: https://api.elsewhere.example/v2/data_exports/"+token)
		fake.Change(func(o *fakevantage.Options) { o.Misbehave = post(accepted) })
		state := p.Create(t.Context(), minimal)
		wantCompleted(t, state)
		if state.Text("token") != token {
			t.Errorf("the state has %s, want %s", state.Text("token"), token)
		}
		wantPosts(t, fake, 1)
	})
}

func TestRead_404OfAGatewayKeepsState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		gone   bool
	}{
		"the API's":        {fakevantage.Errors(404, "DataExport not found."), true},
		"a gateway's page": {fakevantage.HTML(404), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				wantCompleted(t, state)
				time.Sleep(time.Hour)
				fake.Change(func(o *fakevantage.Options) { o.Misbehave = get(test.answer) })
				read := p.Read(t.Context(), state)
				if test.gone {
					if !read.IsNull() || len(read.Errors()) > 0 {
						t.Errorf("the state is %v %v, want none", read.Value, read.Errors())
					}
					return
				}
				wantWords(t, read.Errors(), "The response to GET /v2/data_exports/", "404 Not Found", "VANTAGE_HOST")
			})
		})
	}
}

func TestCreate_404OfAGatewayIsNotAboutTheReport(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{Misbehave: post(fakevantage.HTML(404))}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), minimal)
		wantWords(t, state.Errors(), "The response to POST /v2/unit_costs/data_exports", "404 Not Found", "VANTAGE_HOST")
		for _, d := range state.Diagnostics {
			if d.Attribute != nil {
				t.Errorf("the error is about %s", d.Attribute)
			}
		}
		if fake.Gets() != 0 {
			t.Errorf("%d GETs", fake.Gets())
		}
	})
}

func TestCreate_countsUnconfirmedExports(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{"504": fakevantage.HTML(504), "reset": fakevantage.Reset} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{Misbehave: post(answer)}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), minimal)
				wantWords(t, state.Errors(), "Up to 5 exports may have been created", "nothing to clean up")
				acctest.WantRequests(t, fake, 5, 0)
			})
		})
	}
}

func TestCreate_unreachableHostFailsAfterAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unknown := func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("lookup api.vantage.hs: no such host")
		}
		client, err := vantage.New(vantage.Options{
			APIToken: acctest.APIToken, Transport: &http.Transport{DialContext: unknown},
		})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		state := acctest.NewProtocol(t, client).Create(t.Context(), minimal)
		wantWords(t, state.Errors(), "no such host", "VANTAGE_HOST")
		if took := time.Since(start); took > 65*time.Second || !state.IsNull() {
			t.Errorf("took %s, the state is %v", took, state.Value)
		}
	})
}

// The prefixes of tokens are not documented: they are a hint after a 404, and never a reason to reject.
func TestDataSource_explainsTheTokenOfAReport(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	api.Run(t, resource.TestStep{
		Config:      api.Config(byToken("rprt_1")),
		ExpectError: regexp.MustCompile(acctest.Loose(`that starts with rprt_ is that of a report`)),
	})
	if api.Posts() != 0 || api.Gets() == 0 {
		t.Errorf("%d POSTs and %d GETs", api.Posts(), api.Gets())
	}
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
		next := protocolOf(t, fake, "vantage_unit_cost_export") // another process, which has not created the export
		wantPending(t, next.Read(t.Context(), state), state.Text("token"))
	})
}
