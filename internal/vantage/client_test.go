package vantage_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// Terraform runs ten operations at a time, and each of them should find a connection that is open already.
func TestClient_keepsConnections(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{})
	token := fake.Add(map[string]any{"cost_report_token": "r"}, time.Now())
	server := httptest.NewUnstartedServer(fake)
	var opened atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client, get := newClient(t, fake, network(server.URL)), poll(&vantage.DataExport{Token: token})
	for range 20 {
		tenAtATime(func() {
			if _, err := get(t.Context(), client); err != nil {
				t.Error(err)
			}
		})
	}
	// On a busy machine one that becomes free and one that is opened for the same request may meet.
	if n := opened.Load(); n > 20 || fake.Gets() != 200 {
		t.Errorf("%d connections were opened for %d requests, want about 10", n, fake.Gets())
	}
}

func TestNew_rejectsInvalidOptions(t *testing.T) {
	t.Parallel()
	for token, ok := range map[string]bool{
		"vntg_tkn_0-1": true, "!x~": true,
		"": false, "a b": false, "a\n": false, "\ta": false, "a\x7f": false, "tök": false,
	} {
		if _, err := vantage.New(vantage.Options{APIToken: token}); (err == nil) != ok {
			t.Errorf("%q: %v", token, err)
		}
	}
	for host, says := range map[string]string{
		"api.vantage.sh":                     "must start with https://",
		"ftp://api.vantage.sh":               "must start with https://",
		"https://":                           "name a host",
		"https://a b":                        "the URL is invalid",
		"https://me:secret@api.vantage.sh":   "must not hold a user name or a password",
		"https://api.vantage.sh?x=1":         "must not hold a query or a fragment",
		"https://api.vantage.sh#x":           "must not hold a query or a fragment",
		"http://api.vantage.sh":              "unencrypted; use https",
		"http://localhost.example":           "unencrypted; use https",
		"https://api.vantage.sh/v2":          "use https://api.vantage.sh\n",
		"https://api.vantage.sh/v2/":         "use https://api.vantage.sh\n",
		"https://proxy.example:8443/api/v2/": "use https://proxy.example:8443/api\n",
	} {
		_, err := vantage.New(vantage.Options{APIToken: "x", Host: host})
		if err == nil || !strings.Contains(err.Error()+"\n", says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want it to say %q", host, err, says)
		}
	}
	for _, host := range []string{
		"", "https://api.vantage.sh/", "https://proxy.example/vantage/", "http://localhost:1", "http://127.0.0.9:1",
		"http://[::1]:1", "https://proxy.example/v2/vantage",
	} {
		if _, err := vantage.New(vantage.Options{APIToken: "x", Host: host}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// The tests of the export types show every argument.
func TestCreate_sendsWhatTheAPITakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		request           vantage.ExportRequest
		path, query, body string
	}{
		"a workspace": {
			vantage.UnitCostExportRequest{
				CostReportToken: "rprt_1",
				ExportScope:     vantage.ExportScope{WorkspaceToken: "wrkspc_2", StartDate: "2025-03-01"},
			},
			"/v2/unit_costs/data_exports", "",
			`{"cost_report_token":"rprt_1","workspace_token":"wrkspc_2","start_date":"2025-03-01"}`,
		},
		"costs in the default workspace": {
			vantage.CostExportRequest{Filter: "costs.provider = 'aws'"},
			"/v2/costs/data_exports", "", `{"filter":"costs.provider = 'aws'","workspace_token":"wrkspc_default"}`,
		},
		"Kubernetes efficiency in the default workspace": {
			vantage.KubernetesEfficiencyExportRequest{Groupings: "namespace,label:app"},
			"/v2/kubernetes_efficiency_reports/data_exports", "groupings=namespace%2Clabel%3Aapp",
			`{"workspace_token":"wrkspc_default"}`,
		},
	} {
		interaction{
			api: fakevantage.Options{APIToken: apiToken},
			client: func(o *vantage.Options) {
				o.WorkspaceToken, o.UserAgent = "wrkspc_default", "agent/1"
			},
			call: func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
				return c.CreateDataExport(ctx, test.request)
			},
			pending: true, posts: 1,
			check: func(t *testing.T, fake *fakevantage.Server, _ *vantage.Error) {
				sent := fake.Requests()[0]
				if sent.Path != test.path || sent.Query != test.query || sent.Body != test.body {
					t.Errorf("%s?%s with %s, want %s?%s with %s",
						sent.Path, sent.Query, sent.Body, test.path, test.query, test.body)
				}
				for name, want := range map[string]string{
					"Authorization": "Bearer " + apiToken, "User-Agent": "agent/1",
					"Content-Type": "application/json", "Accept": "application/json",
				} {
					if got := sent.Header.Get(name); got != want {
						t.Errorf("%s: %q, want %q", name, got, want)
					}
				}
			},
		}.run(t, name)
	}
}

func TestHost_mayHaveAPath(t *testing.T) {
	t.Parallel()
	interaction{
		client: func(o *vantage.Options) { o.Host = "https://proxy.example/vantage/" },
		call:   poll(tok1),
		kind:   vantage.Rejected,
		check: func(t *testing.T, fake *fakevantage.Server, _ *vantage.Error) {
			sent := fake.Requests()[0]
			if sent.Path != "/vantage/v2/data_exports/tok_1" {
				t.Errorf("asked at %s", sent.Path)
			}
			if sent.Header.Get("Content-Type") != "" || sent.Body != "" {
				t.Errorf("a GET was sent with a body: %+v", sent)
			}
		},
	}.play(t)
}

// A redirect is followed only within the origin of the request. Each client of a test checks where requests are sent.
func TestRedirect(t *testing.T) {
	t.Parallel()
	const here = "https://api.vantage.sh"
	for location, test := range map[string]struct {
		host     string
		kind     vantage.ErrorKind
		requests int // of each attempt
	}{
		"https://evil.example/v2/data_exports/tok_1":      {here, vantage.Untrusted, 1},
		"https://eu.api.vantage.sh/v2/data_exports/tok_1": {here, vantage.Untrusted, 1},
		"http://api.vantage.sh/v2/data_exports/tok_1":     {here, vantage.Untrusted, 1},
		"https://api.vantage.sh:8443/v2/data_exports/x":   {here, vantage.Untrusted, 1},
		"https://api.vantage.sh:9443/v2/data_exports/x":   {here + ":8443", vantage.Untrusted, 1},
		"https://api.vantage.sh/v2/data_exports/x":        {here + ":8443", vantage.Untrusted, 1},
		"https://api.vantage.sh:443/v2/data_exports/done": {here, "", 2},
		"/v2/data_exports/done":                           {here, "", 2},
		"/v2/data_exports/in_circles":                     {here, vantage.Untrusted, 5},
		"https://a b/":                                    {here, vantage.Malformed, 1},
	} {
		i := interaction{
			api: fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if strings.HasSuffix(r.Path, "/done") {
					return fakevantage.Answer(200, completed)
				}
				return fakevantage.Answer(307, "", "Location: "+location)
			}},
			client: func(o *vantage.Options) { o.Host = test.host },
			call:   poll(tok1),
			kind:   test.kind,
			says:   map[vantage.ErrorKind]string{vantage.Malformed: "Location that is not a URL"}[test.kind],
			gets:   test.requests,
		}
		if test.kind != "" { // seven or eight attempts in a minute
			i.gets, i.more = 7*test.requests, test.requests
		}
		i.run(t, location)
	}
	interaction{
		api: fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if r.N == 1 {
				return fakevantage.Answer(308, "", "Location: /v2/unit_costs/data_exports")
			}
			return nil
		}},
		posts: 2, gets: 1,
	}.run(t, "a POST stays a POST with its body")
	interaction{
		api:  fakevantage.Options{Misbehave: everywhere(fakevantage.Answer(302, "", "Location: /v2/data_exports/tok_1"))},
		kind: vantage.Untrusted, posts: 7, more: 1,
		check: func(t *testing.T, fake *fakevantage.Server, _ *vantage.Error) {
			if fake.Gets() > 0 {
				t.Errorf("%d GETs", fake.Gets())
			}
		},
	}.run(t, "a POST is not turned into a GET")
}
