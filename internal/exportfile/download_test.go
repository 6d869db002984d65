package exportfile_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

func TestDownload_writesWholeFiles(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Files: 18, FileSize: 100_000, Limit: 2, Window: 24 * time.Hour})
		client, directory := newClient(t, fake), t.TempDir()
		export, start := completed(ctx, t, client), time.Now()
		fake.Change(func(o *fakevantage.Options) { o.Latency = time.Second })
		var reported []exportfile.File
		files, err := download(ctx, client, export, directory, func(p progress) {
			if p.failure != nil {
				t.Errorf("failure %v", p.failure)
			}
			reported = append(reported, p.file)
		})
		if took := time.Since(start); err != nil || took != 5*time.Second {
			t.Errorf("%v after %s, want 5 s: four files at a time, despite the exhausted rate limit of the API", err, took)
		}
		found := filesIn(t, directory)
		var want []exportfile.File
		for i := range 18 {
			name := fmt.Sprintf("unit_costs-%03d.csv", i+1)
			want = append(want, exportfile.File{
				Name: name, Path: filepath.Join(directory, name), Size: 100_000, SHA256: digest(found[name]),
			})
		}
		slices.SortFunc(reported, func(a, b exportfile.File) int { return strings.Compare(a.Name, b.Name) })
		if !slices.Equal(files, want) || !slices.Equal(reported, want) || len(found) != 18 {
			t.Errorf("%v, reported %v, found %d", files, reported, len(found))
		}
		for _, f := range want {
			if text := found[f.Name]; len(text) != 100_000 || !strings.HasPrefix(text, "business_metric_token,") {
				t.Errorf("%s has %d bytes: %.40s", f.Name, len(text), text)
			}
			info, err := os.Stat(f.Path)
			if err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
				t.Errorf("%v, %v; only the user may read it", info, err)
			}
		}
		for _, r := range requests(t, fake) {
			if r.Header.Get("User-Agent") != "test" {
				t.Errorf("header %v", r.Header)
			}
		}
	})
}

func TestDownload_endsAtTheFirstPermanentFailure(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Files: 8})
		client, directory := newClient(t, fake), t.TempDir()
		export := completed(ctx, t, client)
		misbehave(fake, func(r fakevantage.Request) http.HandlerFunc {
			switch {
			case strings.HasSuffix(r.Path, "001.csv"):
				return fakevantage.Hang
			case strings.HasSuffix(r.Path, "004.csv"):
				return func(w http.ResponseWriter, r *http.Request) {
					time.Sleep(time.Second)
					fakevantage.HTML(402)(w, r)
				}
			}
			return nil
		})
		start := time.Now()
		files, err := download(ctx, client, export, directory, nil)
		e, found := wantKind(t, err, vantage.Rejected), len(filesIn(t, directory))
		if e.File != "unit_costs-004.csv" || len(files) != 6 || found != 6 || time.Since(start) != time.Second {
			t.Errorf("%v, %v after %s", files, err, time.Since(start))
		}
	})
}

func TestDownload_hidesTheURLFromARedirectTarget(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			switch {
			case r.Path == "/files/a.csv":
				return fakevantage.Answer(302, "", "Location: https://elsewhere.example/files/b.csv")
			case r.Nth == 1:
				return cut(whole)
			}
			return serve(whole)
		}})
		directory := t.TempDir()
		_, err := download(ctx, newClient(t, fake), exportOf(signed), directory, nil)
		if err != nil || filesIn(t, directory)["a.csv"] != whole {
			t.Errorf("%v", err)
		}
		sent := requests(t, fake)
		if len(sent) != 4 || sent[3].Header.Get("Range") != "bytes=5000-" {
			t.Errorf("%v", sent)
		}
		for _, r := range sent {
			if r.Header.Get("Referer") != "" {
				t.Errorf("%s received %q", r.Path, r.Header.Get("Referer"))
			}
		}
	})
}

// Delays grow until an attempt receives something.
func TestDownload_delays(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failures inTurn
		want     func(delays []time.Duration) bool
	}{
		"nothing received": {
			inTurn{fakevantage.CutOff, fakevantage.HTML(502), fakevantage.HTML(503), fakevantage.Reset},
			func(d []time.Duration) bool { return d[0] < d[1] && d[1] < d[2] && d[2] < d[3] },
		},
		"Retry-After": {
			inTurn{fakevantage.Answer(503, "", "Retry-After: 12")},
			func(d []time.Duration) bool { return d[0] == 12*time.Second },
		},
		"each time more received": {
			slices.Repeat(inTurn{cutAfter(100, whole)}, 10),
			func(d []time.Duration) bool { return slices.Max(d) < 2*time.Second },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
				var delays []time.Duration
				client := newClient(t, fileServer(append(test.failures, serve(whole))...))
				_, err := download(ctx, client, exportOf(signed), t.TempDir(), func(p progress) {
					if p.failure != nil {
						delays = append(delays, p.delay)
					}
				})
				if err != nil || len(delays) != len(test.failures) || !test.want(delays) {
					t.Errorf("%v, delays of %v", err, delays)
				}
			})
		})
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
