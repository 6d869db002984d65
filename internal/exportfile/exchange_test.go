package exportfile_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// inTurn are the responses of a file server in turn. The last one repeats.
type inTurn []http.HandlerFunc

// exchange is a download of a file: what the file server responds, and what is expected. Requests and took are those of
// a download that fails.
type exchange struct {
	responses inTurn
	transport http.RoundTripper // instead of responses
	url       string            // a second URL of the export
	canceled  time.Duration     // after which the context is canceled; 0: never
	timeout   time.Duration     // of the context; defaults to an hour

	content  string            // of the file, unless the download fails
	kind     vantage.ErrorKind // of the error
	says     string            // the error
	ranges   []string          // that are requested; "" is the whole file
	requests int               // that are sent, instead of ranges; 7 or 8 times as many within a minute
	took     time.Duration     // at least, and two seconds more at most
}

func (e exchange) run(t *testing.T) {
	t.Helper()
	within(t, cmp.Or(e.timeout, time.Hour), func(t *testing.T, ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		if e.canceled > 0 {
			time.AfterFunc(e.canceled, cancel)
		}
		var ranges []string
		responses := e.transport
		if responses == nil {
			responses = fileServer(e.responses...).Transport()
		}
		client := newClientOf(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			ranges = append(ranges, r.Header.Get("Range"))
			if (r.Header.Get("Range") == "") != (r.Header.Get("If-Range") == "") || r.Header.Get("Authorization") != "" {
				t.Errorf("header %v", r.Header)
			}
			return responses.RoundTrip(r)
		}))
		directory, urls, start := t.TempDir(), []string{signed}, time.Now()
		if e.url != "" {
			urls = append(urls, e.url)
		}
		files, err := download(ctx, client, exportOf(urls...), directory, nil)
		took, found := time.Since(start), filesIn(t, directory)
		if e.says == "" {
			if err != nil || len(files) != 1 || len(found) != 1 {
				t.Fatalf("%v, %v, found %d files", files, err, len(found))
			}
			text, file := found["a.csv"], files[0]
			if text != e.content || file.Size != int64(len(text)) || file.SHA256 != digest(text) {
				t.Errorf("%v; found %d bytes, want %d: %.20s", file, len(text), len(e.content), text)
			}
			if !slices.Equal(ranges, e.ranges) {
				t.Errorf("requested %q, want %q", ranges, e.ranges)
			}
			return
		}
		var failure *exportfile.Error
		if !errors.As(err, &failure) || e.kind != "" && failure.Err.Kind != e.kind {
			t.Fatalf("%v, want an error of kind %q", err, e.kind)
		}
		if !strings.Contains(err.Error(), e.says) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%v; want it to say %q", err, e.says)
		}
		if len(files) > 0 || len(found) > 0 || (failure.Host != "") != (len(ranges) > 0) {
			t.Errorf("%v of %q, found %v", files, failure.Host, found)
		}
		least, most := e.requests, e.requests
		if e.took == time.Minute {
			least, most = 7*least, 8*most
		}
		if n := len(ranges); n < least || n > most || took < e.took || took > e.took+2*time.Second {
			t.Errorf("%d requests in %s, want %d to %d in %s", n, took, least, most, e.took)
		}
	})
}

// What was received is kept if the rest of the same file follows. Otherwise, the download restarts.
func TestDownload_requestsWhatIsMissing(t *testing.T) {
	t.Parallel()
	other := strings.ToUpper(strings.Repeat("abcdefghij", 1000))
	part := func(text string, header ...string) http.HandlerFunc {
		return fakevantage.Answer(206, text, append(header, fmt.Sprintf("Content-Length: %d", len(text)))...)
	}
	abort := func(w http.ResponseWriter, r *http.Request) {
		fakevantage.Answer(200, whole[:5000], `ETag: "v1"`)(w, r)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	early := fakevantage.Answer(200, whole[:5000], `ETag: "v1"`, "Content-Length: 10000")
	atOnce, resumed := []string{""}, []string{"", "bytes=5000-"}
	tests := map[string]exchange{
		"unknown length": {responses: inTurn{fakevantage.Answer(200, whole)}, content: whole, ranges: atOnce},
		"unknown length, HTTP/2": { // a frame shows that it is the last
			transport: streaming{protocol: 2, length: -1, rows: []string{whole}}, content: whole, ranges: atOnce,
		},
		"slow": { // the timeout bounds the time without data, not the time of a file
			transport: streaming{length: 400, rows: slices.Repeat([]string{"row\n"}, 100), delay: 29 * time.Second},
			content:   strings.Repeat("row\n", 100), ranges: atOnce,
		},
		"empty": {responses: inTurn{serve("")}, ranges: atOnce},
		"empty, compressed": {
			responses: inTurn{serve("", "Content-Encoding: gzip", "Content-Length: 0")}, ranges: atOnce,
		},
		"no coding": {
			responses: inTurn{serve(whole, "Content-Encoding: identity, aws-chunked, UTF-8,binary")},
			content:   whole, ranges: atOnce,
		},
		"cut once":   {responses: inTurn{cut(whole), serve(whole)}, content: whole, ranges: resumed},
		"ends early": {responses: inTurn{early, serve(whole)}, content: whole, ranges: resumed},
		"changed":    {responses: inTurn{cut(whole), serve(other, `ETag: "v2"`)}, content: other, ranges: resumed},
		"ranges not supported": {
			responses: inTurn{cut(whole), fakevantage.Answer(200, whole)}, content: whole, ranges: resumed,
		},
		"changed, cut again": {
			responses: inTurn{cut(whole), cut(other, `ETag: "v2"`), serve(other, `ETag: "v2"`)},
			content:   other, ranges: []string{"", "bytes=5000-", "bytes=5000-"},
		},
		"cut, web page": {
			responses: inTurn{cut(whole), fakevantage.HTML(200), serve(whole)},
			content:   whole, ranges: []string{"", "bytes=5000-", "bytes=5000-"},
		},
	}
	// First responses after which the whole file is requested again.
	for name, first := range map[string]http.HandlerFunc{
		"503":                 fakevantage.HTML(503),
		"429":                 fakevantage.Errors(429, "slow down"),
		"408":                 fakevantage.HTML(408),
		"reset":               fakevantage.Reset,
		"hang":                fakevantage.Hang,
		"web page":            fakevantage.HTML(200),
		"cut, unknown length": abort,
		"no ETag":             cut(whole, "ETag: "),
		"weak ETag":           cut(whole, `ETag: W/"v1"`),
		"part not requested":  part(whole[:5000], "Content-Range: bytes 0-4999/10000"),
		"no end":              fakevantage.Answer(200, whole[:5000], `ETag: "v1"`, "Transfer-Encoding: identity"),
	} {
		tests[name] = exchange{responses: inTurn{first, serve(whole)}, content: whole, ranges: []string{"", ""}}
	}
	// Responses to a request for the second half that are not the second half.
	for name, second := range map[string]http.HandlerFunc{
		"another part":              part(whole[4000:], "Content-Range: bytes 4000-9999/10000"),
		"part of another file":      part(whole[5000:], "Content-Range: bytes 5000-9999/10000", `ETag: "v2"`),
		"another size":              part(whole[5000:]+"x", "Content-Range: bytes 5000-10000/10001"),
		"part without a range":      part(whole[5000:]),
		"no such part":              fakevantage.Answer(416, "", "Content-Range: bytes */10000"),
		"no such part, with a page": fakevantage.HTML(416),
	} {
		tests[name] = exchange{
			responses: inTurn{cut(whole), second, serve(whole)}, content: whole, ranges: append(resumed, ""),
		}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

func TestDownload_fails(t *testing.T) {
	t.Parallel()
	code := func(status int, code string) http.HandlerFunc {
		return fakevantage.Answer(status, `<?xml version="1.0"?>`+"\n<Error><Code>"+code+
			"</Code><Message>X-Signature=s3cr3t</Message><StringToSign>s3cr3t</StringToSign></Error>")
	}
	for name, test := range map[string]exchange{
		"rejected": {responses: inTurn{code(402, "s3cr3t")}, kind: vantage.Rejected, says: "402 Payment", requests: 1},
		"code of the store": {
			responses: inTurn{code(405, "AccessDenied")}, says: "405 Method Not Allowed; AccessDenied", requests: 1,
		},
		"code, cut off": {
			responses: inTurn{fakevantage.Answer(405, "\ufeff<?xml version='1.0'?><Error><Code>MethodNotAllowed</Code><Mess")},
			says:      "405 Method Not Allowed; MethodNotAllowed", requests: 1,
		},
		"another document": {
			responses: inTurn{fakevantage.Answer(405, "<html><Code>AccessDenied</Code></html>")},
			says:      "a.csv: 405 Method Not Allowed", requests: 1,
		},
		"permanent redirect": {
			responses: inTurn{code(301, "PermanentRedirect")}, says: "301 Moved Permanently; Permanent", requests: 1,
		},
		"web page": {
			responses: inTurn{fakevantage.HTML(200)}, kind: vantage.Malformed, requests: 1, took: time.Minute,
			says: "a.csv: 200 OK (text/html): the response is a web page, not the file",
		},
		"redirect to a web page": {
			responses: inTurn{func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/files/a.csv" {
					fakevantage.Answer(302, "", "Location: https://login.example/files/sign-in.html")(w, r)
					return
				}
				fakevantage.Answer(200, "<html>", `Content-Type: Text/HTML ;charset="`)(w, r)
			}}, kind: vantage.Malformed, requests: 2, took: time.Minute, says: "200 OK (text/html): the response is a web page",
		},
		"downgrade to loopback": {
			responses: inTurn{fakevantage.Redirect("http://127.0.0.1:80")}, requests: 1, took: time.Minute,
			kind: vantage.Untrusted, says: "nothing was sent to it",
		},
		"redirect loop": {
			responses: inTurn{fakevantage.Redirect("https://files.example")}, requests: 5, took: time.Minute,
			kind: vantage.Untrusted, says: "redirects too often",
		},
		"invalid redirect": { // the error of net/http repeats the URL
			responses: inTurn{fakevantage.Answer(302, "", "Location: https://f.example/%zz?X-Signature=s3cr3t")}, requests: 1,
			kind: vantage.Malformed, took: time.Minute,
			says: "malformed response: the redirect of the file server cannot be read",
		},
		"no end, ever": {
			responses: inTurn{fakevantage.Answer(200, whole, "Transfer-Encoding: identity")}, took: 13 * time.Second,
			kind: exportfile.Incomplete, says: "incomplete response: it has no length and no end", requests: 5,
		},
		"untrusted certificate": {
			transport: failing(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), requests: 1,
			kind: vantage.CertificateNotTrusted, says: "files.example: tls: failed to verify certificate: x509",
		},
		"coding": {responses: inTurn{serve(whole, "Content-Encoding: br")}, says: "has the coding br", requests: 1},
		"list of codings": {
			responses: inTurn{serve(whole, "Content-Encoding: utf-8, Zstd")}, says: "the coding zstd", requests: 1,
		},
		"gzip that is not decoded": {
			responses: inTurn{serve(whole, "Content-Encoding: gzip,aws-chunked")}, says: "the coding gzip", requests: 1,
		},
		"plain http": {
			url: "http://files.example/a.csv?X-Signature=s3cr3t", says: "file 2 of 2: malformed response: the pre-signed URL",
		},
		"not a valid URL": {url: "https://f.example/%zz?X-Signature=s3cr3t", kind: vantage.Malformed, says: "must start"},
		"canceled": {
			transport: streaming{length: 20_000, rows: []string{whole}, open: true}, canceled: 10 * time.Second, requests: 1,
			kind: vantage.Interrupted, says: "a.csv: interrupted after 10s", took: 10 * time.Second,
		},
		"no data until the deadline": {
			transport: streaming{length: 20_000, rows: []string{whole}, open: true}, timeout: 90 * time.Second,
			kind: vantage.TimedOut, took: 90 * time.Second, requests: 3,
			says: "a.csv: timed out after 1m30s; last failure: incomplete response: no data for 30s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}
