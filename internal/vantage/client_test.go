package vantage_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

const apiToken = "vntg_tkn_secret"

// newClient returns a client of the fake, in process.
func newClient(t testing.TB, fake *fakevantage.Server, change ...func(*vantage.Options)) *vantage.Client {
	t.Helper()
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

// export makes an export and waits for it.
func export(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
	e, err := c.CreateUnitCostExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "rprt_1"})
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

func wantKind(t *testing.T, err error, kind vantage.Kind) *vantage.Error {
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

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]vantage.Options{
		"no token":         {},
		"negative timeout": {APIToken: "x", Timeout: -1},
		"no scheme":        {APIToken: "x", Host: "api.vantage.sh"},
		"other scheme":     {APIToken: "x", Host: "ftp://api.vantage.sh"},
		"no host":          {APIToken: "x", Host: "https://"},
		"not an address":   {APIToken: "x", Host: "https://a b"},
		"password":         {APIToken: "x", Host: "https://me:secret@api.vantage.sh"},
		"query":            {APIToken: "x", Host: "https://api.vantage.sh?x=1"},
		"fragment":         {APIToken: "x", Host: "https://api.vantage.sh#x"},
		"plain http":       {APIToken: "x", Host: "http://api.vantage.sh"},
		"http look-alike":  {APIToken: "x", Host: "http://localhost.example"},
	} {
		if _, err := vantage.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, host := range []string{"", "https://api.vantage.sh/", "https://proxy.example/vantage/", "http://localhost:1", "http://127.0.0.9:1", "http://[::1]:1"} {
		if _, err := vantage.New(vantage.Options{APIToken: "x", Host: host}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestRequestsAreAsTheAPIWantsThem(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{APIToken: apiToken})
		client := newClient(t, fake, func(o *vantage.Options) {
			o.WorkspaceToken = "wrkspc_default"
			o.UserAgent = "agent/1"
		})
		for _, r := range []struct {
			request vantage.UnitCostExportRequest
			body    string
		}{
			{vantage.UnitCostExportRequest{CostReportToken: "rprt_1"}, `{"cost_report_token":"rprt_1","workspace_token":"wrkspc_default"}`},
			{
				vantage.UnitCostExportRequest{CostReportToken: "rprt_1", WorkspaceToken: "wrkspc_2", StartDate: "2025-03-01", EndDate: "2025-03-31", DateBin: "week"},
				`{"cost_report_token":"rprt_1","workspace_token":"wrkspc_2","start_date":"2025-03-01","end_date":"2025-03-31","date_bin":"week"}`,
			},
		} {
			if _, err := client.CreateUnitCostExport(ctx, r.request); err != nil {
				t.Fatal(err)
			}
			all := fake.Requests()
			sent := all[len(all)-1]
			if sent.Body != r.body {
				t.Errorf("body %s, want %s", sent.Body, r.body)
			}
			for name, want := range map[string]string{
				"Authorization": "Bearer " + apiToken, "Content-Type": "application/json", "Accept": "application/json", "User-Agent": "agent/1",
			} {
				if got := sent.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		}
	})
}

func TestAPathBeforeV2IsKept(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{})
		client := newClient(t, fake, func(o *vantage.Options) { o.Host = "https://proxy.example/vantage/" })
		_, err := client.GetDataExport(ctx, "tok_1")
		wantKind(t, err, vantage.Rejected)
		if got := fake.Requests()[0].Path; got != "/vantage/v2/data_exports/tok_1" {
			t.Errorf("asked at %s", got)
		}
	})
}

func TestEveryReadingOfThe202GivesTheToken(t *testing.T) {
	t.Parallel()
	for name, created := range map[string]fakevantage.Created{
		"as recorded":              fakevantage.LocationAndNumber,
		"absolute Location":        fakevantage.LocationOnly,
		"relative Location":        fakevantage.RelativeLocation,
		"Location and body":        fakevantage.LocationAndBody,
		"body only":                fakevantage.BodyOnly,
		"Location and a wrong one": fakevantage.LocationAndNestBody,
		"Location and text":        fakevantage.LocationAndText,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Created: created, ReadyAfter: 3 * time.Second, RetryAfter: fakevantage.Exact})
				done, err := export(ctx, newClient(t, fake))
				if err != nil {
					t.Fatal(err)
				}
				if _, known := fake.Exports()[done.Token]; !known || len(done.Manifest.Files) != 1 {
					t.Errorf("got %+v", done)
				}
				wantRequests(t, fake, 1, 1)
			})
		})
	}
	t.Run("neither", func(t *testing.T) {
		t.Parallel()
		within(t, time.Minute, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{Created: fakevantage.NoToken})
			_, err := export(ctx, newClient(t, fake))
			wantKind(t, err, vantage.Malformed)
			wantRequests(t, fake, 1, 0)
		})
	})
}

func TestALocationIsUsedForItsTokenAlone(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://api.vantage.sh/v2/data_exports/tok_1":     "tok_1",
		"https://API.vantage.sh:443/v2/data_exports/tok_1": "tok_1",
		"/v2/data_exports/tok_1/":                          "tok_1",
		"data_exports/tok-1":                               "tok-1",
		"/v2/data_exports/tok_1?redirect=https://x#y":      "tok_1",
		"tok_1":                   "tok_1",
		"/v2/data_exports/..":     "tok_body",
		"/v2/data_exports/%2e%2e": "tok_body",
		"/v2/data_exports/a%2Fb":  "tok_body",
		"/v2/data_exports/a b":    "tok_body",
		"":                        "tok_body",
		"/":                       "tok_body",
		"?token=tok_1":            "tok_body",
		"://":                     "tok_body",
		"http://api.vantage.sh/v2/data_exports/tok_1":      "",
		"https://api.vantage.sh:444/v2/data_exports/tok_1": "",
		"https://eu.api.vantage.sh/v2/data_exports/tok_1":  "",
		"//evil.example/v2/data_exports/tok_1":             "",
		"https://evil.example":                             "",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
					return fakevantage.Answer(202, `{"token":"tok_body"}`, "Location: "+location)
				}})
				created, err := newClient(t, fake).CreateUnitCostExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"})
				if want == "" {
					wantKind(t, err, vantage.Untrusted)
				} else if err != nil || created.Token != want {
					t.Errorf("%v, %v; want the token %s", created, err, want)
				}
				wantRequests(t, fake, 1, 0)
			})
		})
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]vantage.Kind{
		"https://evil.example/v2/data_exports/tok_1":      vantage.Untrusted,
		"https://eu.api.vantage.sh/v2/data_exports/tok_1": vantage.Untrusted,
		"http://api.vantage.sh/v2/data_exports/tok_1":     vantage.Untrusted,
		"https://api.vantage.sh:8443/v2/data_exports/x":   vantage.Untrusted,
		"/v2/data_exports/tok_1?again":                    vantage.Malformed, // for ever
		"/v2/data_exports/found":                          "",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					if r.Path == "/v2/data_exports/found" {
						return fakevantage.Answer(202, "")
					}
					return fakevantage.Answer(307, "", "Location: "+location)
				}})
				var hosts []string
				client := newClient(t, fake, func(o *vantage.Options) {
					o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
						hosts = append(hosts, r.URL.Scheme+"://"+r.URL.Host)
						return fake.Transport().RoundTrip(r)
					})
				})
				_, err := client.GetDataExport(ctx, "tok_1")
				if want != "" {
					wantKind(t, err, want)
				} else if err != nil {
					t.Error(err)
				}
				for _, h := range hosts {
					if h != "https://api.vantage.sh" {
						t.Errorf("a request was made to %s", h)
					}
				}
			})
		})
	}
	t.Run("a POST stays a POST with its body", func(t *testing.T) {
		t.Parallel()
		within(t, time.Minute, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.N == 1 {
					return fakevantage.Answer(308, "", "Location: /v2/unit_costs/data_exports?moved")
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
		within(t, time.Minute, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
				return fakevantage.Answer(302, "", "Location: /v2/data_exports/tok_1")
			}})
			_, err := export(ctx, newClient(t, fake))
			wantKind(t, err, vantage.Malformed)
			wantRequests(t, fake, 1, 0)
		})
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
