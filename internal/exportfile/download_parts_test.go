package exportfile_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// serve answers as a plain file server does, with the header lines added or, where they have no value, left out.
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

// gzipped answers with a text that is compressed without having been asked for.
func gzipped(text string, header ...string) http.HandlerFunc {
	return fakevantage.Answer(
		200,
		compress(text),
		append([]string{`ETag: "v1"`, "Content-Encoding: gzip"}, header...)...,
	)
}

// gzippedHalf answers likewise, and with all of the length, but without the last bytes.
func gzippedHalf(text string) http.HandlerFunc {
	all := compress(text)
	return fakevantage.Answer(200, all[:len(all)-10],
		`ETag: "v1"`, "Content-Encoding: gzip", fmt.Sprintf("Content-Length: %d", len(all)))
}

func compress(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return out.String()
}

// cut answers with all of the text's length and half of its bytes.
func cut(text string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		serve(text, header...)(half{w, len(text) / 2}, r)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

type half struct {
	http.ResponseWriter
	most int
}

func (h half) Write(p []byte) (int, error) {
	n, err := h.ResponseWriter.Write(p[:min(len(p), h.most)])
	return max(n, len(p)), err
}

func TestWhatIsMissingIsAskedFor(t *testing.T) {
	t.Parallel()
	other := strings.ToUpper(strings.Repeat("abcdefghij", 1000))
	part := func(text string, header ...string) http.HandlerFunc {
		return fakevantage.Answer(206, text, append(header, fmt.Sprintf("Content-Length: %d", len(text)))...)
	}
	for name, test := range map[string]struct {
		answers []http.HandlerFunc
		ranges  []string // those asked for, "" being the whole file
		want    string   // default: whole
	}{
		"cut once": {
			answers: []http.HandlerFunc{cut(whole), serve(whole)},
			ranges:  []string{"", "bytes=5000-"},
		},
		"cut, its length not told": {
			answers: []http.HandlerFunc{
				func(w http.ResponseWriter, r *http.Request) {
					fakevantage.Answer(200, whole[:5000], `ETag: "v1"`)(w, r)
					_ = http.NewResponseController(w).Flush()
					panic(http.ErrAbortHandler)
				},
				serve(whole),
			},
			ranges: []string{"", "bytes=5000-"},
		},
		"cut at the very start": {
			answers: []http.HandlerFunc{fakevantage.Reset, serve(whole)},
			ranges:  []string{"", ""},
		},
		"ends early": {
			answers: []http.HandlerFunc{
				fakevantage.Answer(200, whole[:5000], `ETag: "v1"`, "Content-Length: 10000"),
				serve(whole),
			},
			ranges: []string{"", "bytes=5000-"},
		},
		"the file has changed": {
			answers: []http.HandlerFunc{cut(whole), serve(other, `ETag: "v2"`)},
			ranges:  []string{"", "bytes=5000-"},
			want:    other,
		},
		"changed, and shorter": {
			answers: []http.HandlerFunc{cut(whole), serve(other[:100], `ETag: "v2"`)},
			ranges:  []string{"", "bytes=5000-"},
			want:    other[:100],
		},
		"changed and cut again": {
			answers: []http.HandlerFunc{cut(whole), cut(other, `ETag: "v2"`), serve(other, `ETag: "v2"`)},
			ranges:  []string{"", "bytes=5000-", "bytes=5000-"},
			want:    other,
		},
		"ranges are not served": {
			answers: []http.HandlerFunc{cut(whole), fakevantage.Answer(200, whole)},
			ranges:  []string{"", "bytes=5000-"},
		},
		"no ETag": {
			answers: []http.HandlerFunc{cut(whole, "ETag: "), serve(whole)},
			ranges:  []string{"", ""},
		},
		"a weak ETag": {
			answers: []http.HandlerFunc{cut(whole, `ETag: W/"v1"`), serve(whole)},
			ranges:  []string{"", ""},
		},
		"another part": {
			answers: []http.HandlerFunc{
				cut(whole),
				part(whole[4000:], "Content-Range: bytes 4000-9999/10000"),
				serve(whole),
			},
			ranges: []string{"", "bytes=5000-", ""},
		},
		"a part of another file": {
			answers: []http.HandlerFunc{
				cut(whole),
				part(whole[5000:], "Content-Range: bytes 5000-9999/10000", `ETag: "v2"`),
				serve(whole),
			},
			ranges: []string{"", "bytes=5000-", ""},
		},
		"a file of another size": {
			answers: []http.HandlerFunc{
				cut(whole),
				part(whole[5000:]+"x", "Content-Range: bytes 5000-10000/10001"),
				serve(whole),
			},
			ranges: []string{"", "bytes=5000-", ""},
		},
		"a part within": {
			answers: []http.HandlerFunc{
				cut(whole),
				part(whole[5000:9000], "Content-Range: bytes 5000-8999/10000"),
				serve(whole),
			},
			ranges: []string{"", "bytes=5000-", ""},
		},
		"a part of unknown place": {
			answers: []http.HandlerFunc{cut(whole), part(whole[5000:]), serve(whole)},
			ranges:  []string{"", "bytes=5000-", ""},
		},
		"the whole as a part": {
			answers: []http.HandlerFunc{part(whole, "Content-Range: bytes 0-9999/10000")},
			ranges:  []string{""},
		},
		"a part not asked for": {
			answers: []http.HandlerFunc{part(whole[:5000], "Content-Range: bytes 0-4999/10000"), serve(whole)},
			ranges:  []string{"", ""},
		},
		"a part of unknown size": {
			answers: []http.HandlerFunc{part(whole, "Content-Range: bytes 0-9999/*"), serve(whole)},
			ranges:  []string{"", ""},
		},
		"no end": {
			answers: []http.HandlerFunc{
				fakevantage.Answer(200, whole[:5000], `ETag: "v1"`, "Transfer-Encoding: identity"),
				serve(whole),
			},
			ranges: []string{"", ""},
		},
		"compressed": {answers: []http.HandlerFunc{gzipped(whole)}, ranges: []string{""}},
		"compressed, by its old name": {
			answers: []http.HandlerFunc{gzipped(whole, "Content-Encoding: x-gzip")},
			ranges:  []string{""},
		},
		"compressed, without an end": {
			answers: []http.HandlerFunc{gzipped(whole, "Transfer-Encoding: identity")},
			ranges:  []string{""},
		},
		"compressed and cut": {
			answers: []http.HandlerFunc{gzippedHalf(whole), gzipped(whole)},
			ranges:  []string{"", ""},
		},
		"compressed but mangled": {
			answers: []http.HandlerFunc{serve(whole, "Content-Encoding: gzip"), gzipped(whole)},
			ranges:  []string{"", ""},
		},
		"compressed after a cut": {
			answers: []http.HandlerFunc{cut(whole), gzipped(whole)},
			ranges:  []string{"", "bytes=5000-"},
		},
		"an empty one, compressed": {
			answers: []http.HandlerFunc{serve("", "Content-Encoding: gzip", "Content-Length: 0")},
			ranges:  []string{""},
			want:    "empty",
		},
		"chunked by S3": {
			answers: []http.HandlerFunc{serve(whole, "Content-Encoding: aws-chunked")},
			ranges:  []string{""},
		},
		"no such part": {
			answers: []http.HandlerFunc{
				cut(whole),
				fakevantage.Answer(416, "", "Content-Range: bytes */10000"),
				serve(whole),
			},
			ranges: []string{"", "bytes=5000-", ""},
		},
		"no length": {
			answers: []http.HandlerFunc{fakevantage.Answer(200, whole)},
			ranges:  []string{""},
		},
		"an empty file": {answers: []http.HandlerFunc{serve("")}, ranges: []string{""}, want: "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					return test.answers[min(r.Nth, len(test.answers))-1]
				}})
				directory := t.TempDir()
				written, err := newClient(t, fake).Download(
					ctx,
					exportOf("https://files.example/files/a.csv?X-Signature=s"),
					directory,
					nil,
				)
				if err != nil || len(written) != 1 {
					t.Fatalf("%v, %v", written, err)
				}
				want := strings.TrimSuffix(test.want, "empty")
				if test.want == "" {
					want = whole
				}
				there, file := inDirectory(t, directory), written[0]
				asWanted := file.Size == int64(len(want)) && file.SHA256 == digest(want)
				if len(there) != 1 || there["a.csv"] != want || !asWanted {
					t.Errorf(
						"%v; the file has %d bytes, want %d: %.20s",
						written,
						len(there["a.csv"]),
						len(want),
						there["a.csv"],
					)
				}
				var ranges []string
				for _, r := range files(t, fake) {
					ranges = append(ranges, r.Header.Get("Range"))
					if (r.Header.Get("Range") == "") != (r.Header.Get("If-Range") == "") {
						t.Errorf("header %v", r.Header)
					}
				}
				if !slices.Equal(ranges, test.ranges) {
					t.Errorf("asked for %q, want %q", ranges, test.ranges)
				}
			})
		})
	}
}
