// Package recorded replays exchanges with the live API for tests. Statuses, headers and bodies are exactly as in public
// recordings; tokens, names and signatures are invented.
//
// Unlike package fakevantage, it knows one report with one export and never misbehaves.
package recorded

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/fakevantage/contract"
)

// Invented values.
const (
	Token  = "dta_xprt_5f2c8e1d90ab7364"
	Report = "rprt_4c1e7a90d2b86f35"
	// File is the name of the one file, and Rows its content.
	File = "Unit-Costs_2026-02-01_2026-02-28.csv"
	Rows = "business_metric_token,date,unit_cost_amount\nbsnss_mtrc_1,2026-02-01,1.25\n"
)

// Kind is an export type. Cost exports were recorded; the other types are assumed to behave in the same way.
type Kind struct {
	// Path is the path of the POST, and ExportType the type as reported by a GET.
	Path, ExportType string
}

// API replays the exchanges. It is an http.RoundTripper for a client in virtual time.
type API struct {
	T    testing.TB
	Kind Kind
	// Took is the time from the POST until the export was completed.
	Took time.Duration
	// Expires is the lifetime of the URL from then on, in seconds.
	Expires int

	mu       sync.Mutex
	created  time.Time
	windows  map[string]time.Time // start of the window, by route
	requests []string
}

// Requests returns the method, host and path of each request so far.
func (a *API) Requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

// RoundTrip responds to a request in process. It fails the test if the exchange was not recorded, or differs from the
// vendor's description of the API.
func (a *API) RoundTrip(req *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	in := req.Clone(req.Context())
	in.Body = io.NopCloser(bytes.NewReader(body))
	w := httptest.NewRecorder()
	a.serve(w, in)
	if err := contract.Check(fakevantage.Exchange{
		Request: fakevantage.Request{
			Method: req.Method,
			Path:   req.URL.Path,
			Query:  req.URL.RawQuery,
			Header: req.Header,
			Body:   string(body),
			Status: w.Code,
		},
		AnswerHeader: w.Header(), AnswerBody: w.Body.Bytes(),
	}); err != nil {
		a.T.Error(err)
	}
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

func (a *API) serve(w http.ResponseWriter, req *http.Request) {
	at := req.URL.Host + req.URL.Path
	a.requests = append(a.requests, req.Method+" "+at)
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	switch {
	case req.URL.Host == "s3.amazonaws.com":
		a.file(w, req)
	case at == "api.vantage.sh"+a.Kind.Path:
		a.limit(w, "POST", 100, time.Minute)
		a.post(w, req)
	case at == "api.vantage.sh/v2/data_exports/"+Token:
		a.limit(w, "GET", 1000, time.Hour)
		a.get(w)
	default:
		a.T.Errorf("%s was not recorded", at)
		w.WriteHeader(http.StatusNotFound)
	}
}

// limit sets the headers of the rate limit of a route. A window starts with its first request, which it does not count.
func (a *API) limit(w http.ResponseWriter, route string, limit int, window time.Duration) {
	began, ok := a.windows[route]
	remaining := limit - 1
	if !ok || time.Since(began) >= window {
		began, remaining = time.Now(), limit
		if a.windows == nil {
			a.windows = map[string]time.Time{}
		}
		a.windows[route] = began
	}
	w.Header().Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	w.Header().Set("X-Rate-Limit-Remaining", strconv.Itoa(remaining))
	w.Header().Set("X-Rate-Limit-Reset", strconv.FormatInt(began.Add(window).Unix(), 10))
}

func (a *API) post(w http.ResponseWriter, req *http.Request) {
	if body, _ := io.ReadAll(req.Body); !strings.Contains(string(body), Report) {
		respond(w, http.StatusNotFound, `{"errors":["CostReport rprt_0000000000000000 not found."]}`)
		return
	}
	a.created = time.Now()
	a.accept(w)
}

// accept sends the 202 of a POST and of a GET.
func (a *API) accept(w http.ResponseWriter) {
	w.Header().Set("Location", "https://api.vantage.sh/v2/data_exports/"+Token)
	w.Header().Set("Retry-After", "60")
	respond(w, http.StatusAccepted, "202")
}

func (a *API) get(w http.ResponseWriter) {
	if time.Since(a.created) < a.Took {
		a.accept(w)
		return
	}
	const form = "2006-01-02T15:04:05Z"
	completed := a.completed()
	respond(w, http.StatusOK, fmt.Sprintf(`{"token":"%s","status":"completed","created_at":"%s","export_type":"%s",`+
		`"manifest":{"files":["%s"],"completed_at":"%s","valid_until":"%s"},`+
		`"attributes":{"report_token":"%s","start_date":"2026-02-01","end_date":"2026-02-28",`+
		`"groupings":["provider","service"],"vql":null,"settings":null,"date_bin":null,"schema":1}}`,
		Token, a.created.UTC().Format(form), a.Kind.ExportType, strings.ReplaceAll(a.FileURL(), "&", `\u0026`),
		completed.Format(form), completed.Add(24*time.Hour).Format(form), Report))
}

func respond(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (a *API) completed() time.Time { return a.created.Add(a.Took).UTC() }

// FileURL returns the pre-signed URL of the file.
func (a *API) FileURL() string {
	query := url.Values{
		"X-Amz-Algorithm":      {"AWS4-HMAC-SHA256"},
		"X-Amz-Credential":     {"ASIAINVENTED/20260301/us-east-1/s3/aws4_request"},
		"X-Amz-Date":           {a.completed().Format("20060102T150405Z")},
		"X-Amz-Expires":        {strconv.Itoa(a.Expires)},
		"X-Amz-Security-Token": {"IQoJ/invented+token=="},
		"X-Amz-SignedHeaders":  {"host"},
		"X-Amz-Signature":      {"00ff"},
	}
	return "https://s3.amazonaws.com/exports-bucket/0f8fad5b-d9cb-469f-a165-70867728950e/" + File + "?" + query.Encode()
}

// file responds like S3: to a signed URL that has not expired, without other credentials.
func (a *API) file(w http.ResponseWriter, req *http.Request) {
	switch {
	case req.Header.Get("Authorization") != "":
		http.Error(w, "Only one auth mechanism allowed", http.StatusBadRequest)
	case req.URL.String() != a.FileURL() || time.Since(a.completed()) > time.Duration(a.Expires)*time.Second:
		http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
	default:
		w.Header().Set("ETag", `"5d41402abc4b2a76b9719d911017c592"`)
		http.ServeContent(w, req, File, time.Time{}, strings.NewReader(Rows))
	}
}
