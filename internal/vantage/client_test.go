package vantage_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/fakevantage/contract"
	"terraform-provider-vantage/internal/vantage"
)

const apiToken = "vntg_tkn_secret"

// newClient returns a client of the fake, in process. Its requests are validated against the vendor's description.
func newClient(t testing.TB, fake *fakevantage.Server, change ...func(*vantage.Options)) *vantage.Client {
	t.Helper()
	contract.Hold(t, fake)
	o := vantage.Options{APIToken: apiToken, Transport: fake.Transport(), UserAgent: "test"}
	for _, c := range change {
		c(&o)
	}
	client, err := vantage.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// logTo makes a client write its log to out.
func logTo(out io.Writer, level slog.Level) func(*vantage.Options) {
	return func(o *vantage.Options) {
		o.Logger = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))
	}
}

// export creates an export and waits for it.
func export(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
	e, err := c.CreateDataExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "rprt_1"})
	if err != nil {
		return nil, err
	}
	return c.WaitForDataExport(ctx, e, nil)
}

// within runs f in virtual time, with a context that ends after timeout.
func within(t *testing.T, timeout time.Duration, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		f(t, ctx)
	})
}

func wantKind(t *testing.T, err error, kind vantage.ErrorKind) *vantage.Error {
	t.Helper()
	var e *vantage.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("error %v, want one of kind %q", err, kind)
	}
	return e
}

func wantRequests(t *testing.T, fake *fakevantage.Server, posts, gets int) {
	t.Helper()
	if fake.Posts() != posts || fake.Gets() != gets {
		t.Errorf("%d POSTs and %d GETs were made, want %d and %d", fake.Posts(), fake.Gets(), posts, gets)
	}
}

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
	client, err := vantage.New(vantage.Options{APIToken: apiToken, Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		tenAtATime(func() {
			if _, err := client.GetDataExport(t.Context(), &vantage.DataExport{Token: token}); err != nil {
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
	if _, err := vantage.New(vantage.Options{}); err == nil {
		t.Error("no token is accepted")
	}
	for host, says := range map[string]string{
		"api.vantage.sh":                    "must start with https://",
		"ftp://api.vantage.sh":              "must start with https://",
		"https://":                          "name a host",
		"https://a b":                       "the URL is invalid",
		"https://me:secret@api.vantage.sh":  "must not hold a user name or a password",
		"https://api.vantage.sh?x=1":        "must not hold a query or a fragment",
		"https://api.vantage.sh#x":          "must not hold a query or a fragment",
		"http://api.vantage.sh":             "unencrypted; use https",
		"https://api.vantage.sh/v2":         "use https://api.vantage.sh",
		"https://proxy.example/vantage/v2/": "use https://proxy.example/vantage",
		"http://localhost.example":          "unencrypted; use https",
	} {
		_, err := vantage.New(vantage.Options{APIToken: "x", Host: host})
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want it to say %q", host, err, says)
		}
	}
	for _, host := range []string{
		"", "https://api.vantage.sh/", "https://proxy.example/vantage/", "http://localhost:1", "http://127.0.0.9:1",
		"http://[::1]:1",
	} {
		if _, err := vantage.New(vantage.Options{APIToken: "x", Host: host}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestCheckAPIToken(t *testing.T) {
	t.Parallel()
	for token, ok := range map[string]bool{
		"vntg_tkn_0-1": true, "!x~": true,
		"": false, "a b": false, "a\n": false, "\ta": false, "a\x7f": false, "tök": false,
	} {
		if err := vantage.CheckAPIToken(token); (err == nil) != ok {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestParseHost_withTheVersion(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"https://api.vantage.sh/v2":          "https://api.vantage.sh",
		"https://api.vantage.sh/v2/":         "https://api.vantage.sh",
		"https://proxy.example:8443/api/v2/": "https://proxy.example:8443/api",
	} {
		_, err := vantage.ParseHost(host)
		if err == nil || !strings.HasSuffix(err.Error(), "use "+want) {
			t.Errorf("%s: %v, want it to end in %q", host, err, want)
		}
	}
	if u, err := vantage.ParseHost("https://proxy.example/v2/vantage"); err != nil || u.Path != "/v2/vantage" {
		t.Errorf("%v, %v", u, err)
	}
}

// The tests of the export types show every argument.
func TestCreate_sendsWhatTheAPITakes(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{APIToken: apiToken})
		client := newClient(t, fake, func(o *vantage.Options) {
			o.WorkspaceToken = "wrkspc_default"
			o.UserAgent = "agent/1"
		})
		march := vantage.ExportScope{
			WorkspaceToken: "wrkspc_2", StartDate: "2025-03-01", EndDate: "2025-03-31", DateBin: "week",
		}
		for _, r := range []struct {
			request           vantage.ExportRequest
			path, query, body string
		}{
			{
				vantage.UnitCostExportRequest{CostReportToken: "rprt_1", ExportScope: march},
				"/v2/unit_costs/data_exports", "",
				`{"cost_report_token":"rprt_1","workspace_token":"wrkspc_2",` +
					`"start_date":"2025-03-01","end_date":"2025-03-31","date_bin":"week"}`,
			},
			{
				vantage.CostExportRequest{Filter: "costs.provider = 'aws'"},
				"/v2/costs/data_exports", "", `{"filter":"costs.provider = 'aws'","workspace_token":"wrkspc_default"}`,
			},
			{
				vantage.CostExportRequest{
					CostReportToken: "rprt_1", ExportScope: march,
					Groupings: "provider,tag:team", Schema: "focus",
					Settings: map[string]any{"include_credits": true, "amortize": false, "aggregate_by": "usage"},
				},
				"/v2/costs/data_exports", "",
				`{"cost_report_token":"rprt_1","workspace_token":"wrkspc_2",` +
					`"start_date":"2025-03-01","end_date":"2025-03-31","date_bin":"week",` +
					`"groupings":"provider,tag:team","schema":"focus",` +
					`"settings":{"aggregate_by":"usage","amortize":false,"include_credits":true}}`,
			},
			{
				vantage.KubernetesEfficiencyExportRequest{},
				"/v2/kubernetes_efficiency_reports/data_exports", "", `{"workspace_token":"wrkspc_default"}`,
			},
			{
				vantage.KubernetesEfficiencyExportRequest{
					ReportToken: "r", Filter: "f", ExportScope: march, Groupings: "namespace,label:app",
				},
				"/v2/kubernetes_efficiency_reports/data_exports", "groupings=namespace%2Clabel%3Aapp",
				`{"kubernetes_efficiency_report_token":"r","filter":"f","workspace_token":"wrkspc_2","start_date":"2025-03-01",` +
					`"end_date":"2025-03-31","date_bin":"week"}`,
			},
		} {
			if _, err := client.CreateDataExport(ctx, r.request); err != nil {
				t.Fatal(err)
			}
			all := fake.Requests()
			sent := all[len(all)-1]
			if sent.Path != r.path || sent.Query != r.query || sent.Body != r.body {
				t.Errorf("%s?%s with %s, want %s?%s with %s", sent.Path, sent.Query, sent.Body, r.path, r.query, r.body)
			}
			for name, want := range map[string]string{
				"Authorization": "Bearer " + apiToken, "User-Agent": "agent/1",
				"Content-Type": "application/json", "Accept": "application/json",
			} {
				if got := sent.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		}
	})
}

func TestHost_mayHaveAPath(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{})
		client := newClient(t, fake, func(o *vantage.Options) { o.Host = "https://proxy.example/vantage/" })
		_, err := client.GetDataExport(ctx, &vantage.DataExport{Token: "tok_1"})
		wantKind(t, err, vantage.Rejected)
		sent := fake.Requests()[0]
		if sent.Path != "/vantage/v2/data_exports/tok_1" {
			t.Errorf("asked at %s", sent.Path)
		}
		if sent.Header.Get("Content-Type") != "" || sent.Body != "" {
			t.Errorf("a GET was sent with a body: %+v", sent)
		}
	})
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	const here = "https://api.vantage.sh"
	for location, test := range map[string]struct {
		host     string
		kind     vantage.ErrorKind
		requests int
	}{
		"https://evil.example/v2/data_exports/tok_1":      {here, vantage.Untrusted, 1},
		"https://eu.api.vantage.sh/v2/data_exports/tok_1": {here, vantage.Untrusted, 1},
		"http://api.vantage.sh/v2/data_exports/tok_1":     {here, vantage.Untrusted, 1},
		"https://api.vantage.sh:8443/v2/data_exports/x":   {here, vantage.Untrusted, 1},
		"https://api.vantage.sh:9443/v2/data_exports/x":   {here + ":8443", vantage.Untrusted, 1},
		"https://api.vantage.sh/v2/data_exports/x":        {here + ":8443", vantage.Untrusted, 1},
		"https://api.vantage.sh:443/v2/data_exports/done": {here, "", 2},
		"/v2/data_exports/done":                           {here, "", 2},
		"/in/circles":                                     {here, vantage.Untrusted, 5},
		"https://a b/":                                    {here, vantage.Malformed, 1},
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					if strings.HasSuffix(r.Path, "/done") {
						return fakevantage.Answer(202, "")
					}
					return fakevantage.Answer(307, "", "Location: "+location)
				}})
				client := newClient(t, fake, func(o *vantage.Options) {
					o.Host = test.host
					o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
						if at := r.URL.Scheme + "://" + r.URL.Host; strings.TrimSuffix(at, ":443") != test.host {
							t.Errorf("a request was made to %s", at)
						}
						return fake.Transport().RoundTrip(r)
					})
				})
				_, err := client.GetDataExport(ctx, &vantage.DataExport{Token: "tok_1"})
				if test.kind != "" {
					wantKind(t, err, test.kind)
				} else if err != nil {
					t.Error(err)
				}
				attempts := 1
				if test.kind != "" {
					attempts = 8 // in one minute
				}
				if n := len(fake.Requests()); n > attempts*test.requests || n < (attempts-1)*test.requests {
					t.Errorf("%d requests were made, want %d times %d", n, attempts, test.requests)
				}
			})
		})
	}
	t.Run("a POST stays a POST with its body", func(t *testing.T) {
		t.Parallel()
		within(t, time.Hour, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.N == 1 {
					return fakevantage.Answer(308, "", "Location: /v2/unit_costs/data_exports")
				}
				return nil
			}})
			if _, err := export(ctx, newClient(t, fake)); err != nil {
				t.Error(err)
			}
			wantRequests(t, fake, 2, 1)
		})
	})
	t.Run("a POST is not turned into a GET", func(t *testing.T) {
		t.Parallel()
		within(t, time.Hour, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
				return fakevantage.Answer(302, "", "Location: /v2/data_exports/tok_1")
			}})
			_, err := export(ctx, newClient(t, fake))
			wantKind(t, err, vantage.Untrusted)
			if fake.Gets() != 0 {
				t.Errorf("%d GETs", fake.Gets())
			}
		})
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
