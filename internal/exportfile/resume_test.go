package exportfile_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

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
	restarted, resumed := []string{"", ""}, []string{"", "bytes=5000-"}
	for name, test := range map[string]struct {
		responses []http.HandlerFunc
		ranges    []string // that were requested; "" is the whole file
		want      string
	}{
		"cut once":             {[]http.HandlerFunc{cut(whole), serve(whole)}, resumed, whole},
		"cut, unknown length":  {[]http.HandlerFunc{abort, serve(whole)}, restarted, whole},
		"no ETag":              {[]http.HandlerFunc{cut(whole, "ETag: "), serve(whole)}, restarted, whole},
		"weak ETag":            {[]http.HandlerFunc{cut(whole, `ETag: W/"v1"`), serve(whole)}, restarted, whole},
		"changed":              {[]http.HandlerFunc{cut(whole), serve(other, `ETag: "v2"`)}, resumed, other},
		"changed, shorter":     {[]http.HandlerFunc{cut(whole), serve(other[:9], `ETag: "v2"`)}, resumed, other[:9]},
		"ranges not supported": {[]http.HandlerFunc{cut(whole), fakevantage.Answer(200, whole)}, resumed, whole},
		"changed, cut again": {
			[]http.HandlerFunc{cut(whole), cut(other, `ETag: "v2"`), serve(other, `ETag: "v2"`)},
			[]string{"", "bytes=5000-", "bytes=5000-"}, other,
		},
		"ends early": {
			[]http.HandlerFunc{
				fakevantage.Answer(200, whole[:5000], `ETag: "v1"`, "Content-Length: 10000"), serve(whole),
			}, resumed, whole,
		},
		"another part": {
			[]http.HandlerFunc{cut(whole), part(whole[4000:], "Content-Range: bytes 4000-9999/10000"), serve(whole)},
			append(resumed, ""), whole,
		},
		"part of another file": {
			[]http.HandlerFunc{
				cut(whole), part(whole[5000:], "Content-Range: bytes 5000-9999/10000", `ETag: "v2"`), serve(whole),
			}, append(resumed, ""), whole,
		},
		"another size": {
			[]http.HandlerFunc{cut(whole), part(whole[5000:]+"x", "Content-Range: bytes 5000-10000/10001"), serve(whole)},
			append(resumed, ""), whole,
		},
		"part without a range": {
			[]http.HandlerFunc{cut(whole), part(whole[5000:]), serve(whole)}, append(resumed, ""), whole,
		},
		"no such part": {
			[]http.HandlerFunc{cut(whole), fakevantage.Answer(416, "", "Content-Range: bytes */10000"), serve(whole)},
			append(resumed, ""), whole,
		},
		"part not requested": {
			[]http.HandlerFunc{part(whole[:5000], "Content-Range: bytes 0-4999/10000"), serve(whole)}, restarted, whole,
		},
		"no end": {
			[]http.HandlerFunc{
				fakevantage.Answer(200, whole[:5000], `ETag: "v1"`, "Transfer-Encoding: identity"), serve(whole),
			}, restarted, whole,
		},
		"unknown length":    {[]http.HandlerFunc{fakevantage.Answer(200, whole)}, []string{""}, whole},
		"empty":             {[]http.HandlerFunc{serve("")}, []string{""}, ""},
		"empty, compressed": {[]http.HandlerFunc{serve("", "Content-Encoding: gzip", "Content-Length: 0")}, []string{""}, ""},
		"no coding": {
			[]http.HandlerFunc{serve(whole, "Content-Encoding: identity, aws-chunked, UTF-8,binary")}, []string{""}, whole,
		},
		"web page": {[]http.HandlerFunc{fakevantage.HTML(200), serve(whole)}, restarted, whole},
		"cut, web page": {
			[]http.HandlerFunc{cut(whole), fakevantage.HTML(200), serve(whole)}, append(resumed, resumed[1]), whole,
		},
		"no such part, with a page": {
			[]http.HandlerFunc{cut(whole), fakevantage.HTML(416), serve(whole)}, append(resumed, ""), whole,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake, directory := fileServer(test.responses...), t.TempDir()
				files, err := download(ctx, newClient(t, fake), exportOf(signed), directory, nil)
				if err != nil || len(files) != 1 {
					t.Fatalf("%v, %v", files, err)
				}
				found := filesIn(t, directory)
				if len(found) != 1 || found["a.csv"] != test.want || files[0].Size != int64(len(test.want)) ||
					files[0].SHA256 != digest(test.want) {
					t.Errorf("%v; found %d bytes, want %d: %.20s", files, len(found["a.csv"]), len(test.want), found["a.csv"])
				}
				var ranges []string
				for _, r := range requests(t, fake) {
					ranges = append(ranges, r.Header.Get("Range"))
					if (r.Header.Get("Range") == "") != (r.Header.Get("If-Range") == "") {
						t.Errorf("header %v", r.Header)
					}
				}
				if !slices.Equal(ranges, test.ranges) {
					t.Errorf("requested %q, want %q", ranges, test.ranges)
				}
			})
		})
	}
}

// A frame of HTTP/2 shows that it is the last, so that the length does not matter.
func TestDownload_acceptsUnknownLengthOverHTTP2(t *testing.T) {
	t.Parallel()
	client := newClientOf(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(whole))
		return &http.Response{
			StatusCode: 200, ProtoMajor: 2, Header: http.Header{}, ContentLength: -1, Body: body, Request: r,
		}, nil
	}))
	directory := t.TempDir()
	files, err := download(t.Context(), client, exportOf(signed), directory, nil)
	if err != nil || len(files) != 1 || filesIn(t, directory)["a.csv"] != whole {
		t.Errorf("%v, %v", files, err)
	}
}

func compress(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return out.String()
}

// A file server can send a file compressed. A file that is compressed by its name stays compressed.
func TestDownload_decompresses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file   string
		bodies []string
		want   string
	}{
		"compressed":             {"a.csv", []string{compress(whole)}, whole},
		"cut, then complete":     {"a.csv", []string{compress(whole)[:50], compress(whole)}, whole},
		"mangled, then complete": {"a.csv", []string{whole, compress(whole)}, whole},
		"corrupt, then complete": {"a.csv", []string{compress(whole)[:20] + whole, compress(whole)}, whole},
		"compressed by its name": {"a.csv.gz", []string{compress(whole)}, compress(whole)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"v1"`)
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = io.WriteString(w, test.bodies[sent])
				// A server may decompress a file for clients that do not accept it as it is.
				if sent++; r.Header.Get("Range") != "" || r.Header.Get("Accept-Encoding") != "gzip" {
					t.Errorf("header %v", r.Header)
				}
			}))
			defer server.Close()
			directory := t.TempDir()
			files, err := download(t.Context(), newClientOf(t, http.DefaultTransport), exportOf(server.URL+"/"+test.file),
				directory, nil)
			if err != nil || filesIn(t, directory)[test.file] != test.want || sent != len(test.bodies) {
				t.Errorf("%v, %v after %d requests", files, err, sent)
			}
		})
	}
}
