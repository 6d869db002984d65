package exportfile_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/fakevantage/contract"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

const (
	apiToken = "vntg_tkn_secret"
	signed   = "https://files.example/files/a.csv?X-Signature=s3cr3t"
)

// whole is the file that the file servers of these tests have.
var whole = strings.Repeat("0123456789", 1000)

// within runs f in virtual time, with a context that ends after timeout.
func within(t *testing.T, timeout time.Duration, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		f(t, ctx)
	})
}

// newClient returns a client of the fake, in process, with its downloader.
func newClient(t testing.TB, fake *fakevantage.Server) providerdata.Data {
	t.Helper()
	contract.Hold(t, fake)
	return newClientOf(t, fake.Transport())
}

func newClientOf(t testing.TB, transport http.RoundTripper) providerdata.Data {
	t.Helper()
	data, err := providerdata.New(vantage.Options{APIToken: apiToken, Transport: transport, UserAgent: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// completed creates an export and waits for it.
func completed(ctx context.Context, t *testing.T, data providerdata.Data) *vantage.DataExport {
	t.Helper()
	e, err := data.Client.CreateDataExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "rprt_1"})
	if err == nil {
		e, err = data.Client.WaitForDataExport(ctx, e, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// exportOf returns an export whose files have these pre-signed URLs.
func exportOf(urls ...string) *vantage.DataExport { return exportAs("dta_xprt_1", urls...) }

func exportAs(token string, urls ...string) *vantage.DataExport {
	return &vantage.DataExport{Token: token, Status: "completed", Manifest: &vantage.Manifest{Files: urls}}
}

// progress is one call of OnProgress.
type progress struct {
	file    exportfile.File
	failure *vantage.Error
	delay   time.Duration
}

// download downloads an export. onProgress, which may be nil, is called by one goroutine at a time.
func download(
	ctx context.Context, data providerdata.Data, export *vantage.DataExport, directory string, onProgress func(progress),
) ([]exportfile.File, error) {
	var mu sync.Mutex
	return data.Files.Download(ctx, export, exportfile.Target{
		Directory: directory,
		OnProgress: func(file exportfile.File, failure *vantage.Error, delay time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			if onProgress != nil {
				onProgress(progress{file, failure, delay})
			}
		},
	})
}

func wantKind(t *testing.T, err error, kind vantage.ErrorKind) *exportfile.Error {
	t.Helper()
	var e *exportfile.Error
	if !errors.As(err, &e) || e.Err.Kind != kind {
		t.Fatalf("error %v, want an error of kind %q", err, kind)
	}
	return e
}

// digest returns the SHA-256 digest of a text in hexadecimal digits.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// filesIn returns the content of the files in a directory by name, hidden files included.
func filesIn(t *testing.T, directory string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(directory, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = string(text)
	}
	return found
}

// requests returns the requests for files, of which none may have the API token.
func requests(t *testing.T, fake *fakevantage.Server) []fakevantage.Request {
	t.Helper()
	var out []fakevantage.Request
	for _, r := range fake.Requests() {
		if !strings.HasPrefix(r.Path, "/files/") {
			continue
		}
		if r.Header.Get("Authorization") != "" || strings.Contains(fmt.Sprint(r.Header), apiToken) {
			t.Errorf("the request for %s has the API token: %v", r.Path, r.Header)
		}
		out = append(out, r)
	}
	return out
}

// fileServer returns a fake whose file server responds with these handlers in turn; the last handler repeats.
func fileServer(handlers ...http.HandlerFunc) *fakevantage.Server {
	return fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		return handlers[min(r.Nth, len(handlers))-1]
	}})
}

// misbehave sets what the fake responds with from now on where the handler is not nil.
func misbehave(fake *fakevantage.Server, respond func(fakevantage.Request) http.HandlerFunc) {
	fake.Change(func(o *fakevantage.Options) { o.Misbehave = respond })
}

// serve responds as a plain file server does, with the header lines added or, without a value, removed.
func serve(text string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		for _, line := range header {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Set(name, value)
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	}
}

// cut responds with the whole length of the text and half of its bytes.
func cut(text string, header ...string) http.HandlerFunc {
	return cutAfter(len(text)/2, text, header...)
}

// cutAfter responds with the length of what is requested of the text, and with fewer bytes.
func cutAfter(most int, text string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		serve(text, header...)(start{w, most}, r)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

type start struct {
	http.ResponseWriter
	most int
}

func (s start) Write(p []byte) (int, error) {
	n, err := s.ResponseWriter.Write(p[:min(len(p), s.most)])
	return max(n, len(p)), err
}

// streaming is a transport whose responses have rows, of which each arrives after the delay, and then end or stay open.
type streaming struct {
	protocol int // the major version of HTTP
	length   int64
	rows     []string
	delay    time.Duration
	open     bool
}

// RoundTrip implements http.RoundTripper.
func (s streaming) RoundTrip(r *http.Request) (*http.Response, error) {
	body, w := io.Pipe()
	go func() {
		for _, row := range s.rows {
			time.Sleep(s.delay)
			_, _ = io.WriteString(w, row)
		}
		if s.open {
			<-r.Context().Done()
		}
		_ = w.CloseWithError(r.Context().Err())
	}()
	return &http.Response{
		StatusCode: 200, ProtoMajor: s.protocol, Header: http.Header{}, ContentLength: s.length, Request: r, Body: body,
	}, nil
}
