package vantage_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

func TestCreate_readsEveryFormOfThe202(t *testing.T) {
	t.Parallel()
	for name, created := range map[string]fakevantage.Created{
		"Location and a number":    fakevantage.LocationAndNumber,
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
				fake := fakevantage.New(fakevantage.Options{
					Created: created, ReadyAfter: 3 * time.Second, RetryAfter: fakevantage.Exact,
				})
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
}

func TestLocation_isUsedForItsTokenAlone(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://api.vantage.sh/v2/data_exports/tok_1":     "tok_1",
		"https://API.vantage.sh:443/v2/data_exports/tok_1": "tok_1",
		"/v2/data_exports/tok_1/":                          "tok_1",
		"data_exports/tok-1":                               "tok-1",
		"/v2/data_exports/tok_1?redirect=https://x#y":      "tok_1",
		"/v2/data_exports/tok_1/status":                    "tok_1",
		"/v2/data_exports/..":                              "tok_body",
		"/v2/data_exports/%2e%2e":                          "tok_body",
		"/v2/data_exports/%74ok":                           "tok_body",
		"/v2/data_exports/a%2Fb":                           "tok_body",
		"/v2/data_exports/a b":                             "tok_body",
		"/v2/data_exports":                                 "tok_body",
		"/v2/data_exports/":                                "tok_body",
		"":                                                 "tok_body",
		"/":                                                "tok_body",
		"?token=tok_1":                                     "tok_body",
		"://":                                              "tok_body",
		"/v2/data_exports/x" + apiToken:                    "tok_body",
		"/v2/data_exports/" + apiToken:                     "tok_body",
		"/v2/data_exports/" + strings.Repeat("x", 200):     strings.Repeat("x", 200),
		"/v2/data_exports/" + strings.Repeat("x", 201):     "tok_body",
		// At another origin: what a gateway before the API passes through, or makes up.
		"http://api.vantage.sh/v2/data_exports/tok_1":      "tok_1",
		"https://api.vantage.sh:444/v2/data_exports/tok_1": "tok_1",
		"https://api.vantage.sh./v2/data_exports/tok_1":    "tok_1",
		"https://eu.api.vantage.sh/v2/data_exports/tok_1":  "tok_1",
		"//evil.example/v2/data_exports/tok_1":             "tok_1",
		"https://evil.example":                             "tok_body",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
					return fakevantage.Answer(202, `{"token":"tok_body"}`, "Location: "+location)
				}})
				var hosts []string
				client := newClient(t, fake, recordHosts(fake, &hosts))
				created, err := client.CreateDataExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"})
				if err != nil || created.Token != want {
					t.Fatalf("%v, %v; want the token %s", created, err, want)
				}
				wantRequests(t, fake, 1, 0)
				if _, err := client.GetDataExport(ctx, created); err != nil {
					t.Error(err)
				}
				if !slices.Equal(hosts, []string{"https://api.vantage.sh", "https://api.vantage.sh"}) {
					t.Errorf("requests were made to %v", hosts)
				}
			})
		})
	}
}

// recordHosts notes the origin of each request.
func recordHosts(fake *fakevantage.Server, hosts *[]string) func(*vantage.Options) {
	return func(o *vantage.Options) {
		o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			*hosts = append(*hosts, r.URL.Scheme+"://"+r.URL.Host)
			return fake.Transport().RoundTrip(r)
		})
	}
}

func TestToken_withTheAPITokenIsRejected(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"Location":         fakevantage.Answer(202, "", "Location: /v2/data_exports/"+apiToken),
		"within Location":  fakevantage.Answer(202, "", "Location: /v2/data_exports/a"+apiToken+"b"),
		"foreign Location": fakevantage.Answer(202, "", "Location: https://evil.example/"+apiToken),
		"body":             fakevantage.Answer(202, `{"token":"`+apiToken+`"}`),
		"escaped in body":  fakevantage.Answer(202, `{"token":"\u0076`+apiToken[1:]+`"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodPost, answer)})
				created, err := newClient(t, fake).CreateDataExport(ctx, unitCosts)
				e := wantKind(t, err, vantage.Malformed)
				if created != nil || strings.Contains(e.Error(), apiToken) {
					t.Errorf("%+v, %v", created, e)
				}
				wantRequests(t, fake, 5, 0)
			})
		})
	}
}

func TestCreate_survivesABodyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	cutOff := func() io.Reader { return io.MultiReader(strings.NewReader(`{"token":`), failing{}) }
	for name, test := range map[string]struct {
		status      int
		contentType string
		body        func() io.Reader
	}{
		"200":          {200, "", cutOff},
		"201":          {201, "", cutOff},
		"202":          {202, "", cutOff},
		"203":          {203, "", cutOff},
		"299":          {299, "", cutOff},
		"202, endless": {202, "", func() io.Reader { return io.LimitReader(zeros{new(int64)}, 100<<20) }},
		"202, a page":  {202, "text/html", func() io.Reader { return strings.NewReader("<html>") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			posts := 0
			client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
				o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
					posts++
					header := http.Header{
						"Location": {"/v2/data_exports/tok_1"}, "Content-Type": {test.contentType},
					}
					body := io.NopCloser(test.body())
					return &http.Response{StatusCode: test.status, Header: header, Body: body, Request: r}, nil
				})
			})
			created, err := client.CreateDataExport(t.Context(), unitCosts)
			if err != nil || created.Token != "tok_1" || posts != 1 {
				t.Errorf("%+v, %v after %d POSTs", created, err, posts)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
