package exportfile_test

import (
	"context"
	"errors"
	"io"
	"net/http"
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
		fake := fakevantage.New(fakevantage.Options{Files: 3, FileSize: 100_000, Limit: 2, Window: 24 * time.Hour})
		client, directory := newClient(t, fake), t.TempDir()
		export, start := completed(ctx, t, client), time.Now()
		var reported []exportfile.File
		files, err := download(ctx, client, export, directory, func(p progress) {
			if p.failure != nil {
				t.Errorf("failure %v", p.failure)
			}
			reported = append(reported, p.file)
		})
		if err != nil || time.Since(start) > 0 {
			t.Errorf("%v after %s; the exhausted rate limit of the API must not count", err, time.Since(start))
		}
		found := filesIn(t, directory)
		var want []exportfile.File
		for _, name := range []string{"unit_costs-001.csv", "unit_costs-002.csv", "unit_costs-003.csv"} {
			want = append(want, exportfile.File{
				Name: name, Path: filepath.Join(directory, name), Size: 100_000, SHA256: digest(found[name]),
			})
		}
		slices.SortFunc(reported, func(a, b exportfile.File) int { return strings.Compare(a.Name, b.Name) })
		if !slices.Equal(files, want) || !slices.Equal(reported, want) || len(found) != 3 {
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

func TestDownload_runsFourAtATime(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Files: 20})
		client := newClient(t, fake)
		export := completed(ctx, t, client)
		fake.Change(func(o *fakevantage.Options) { o.Latency = time.Second })
		start := time.Now()
		files, err := download(ctx, client, export, t.TempDir(), nil)
		if took := time.Since(start); err != nil || len(files) != 20 || took != 5*time.Second {
			t.Errorf("%d files, %v after %s, want 20 in 5 s", len(files), err, took)
		}
	})
}

func TestDownload_retriesTemporaryFailures(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]http.HandlerFunc{
		"500":             fakevantage.Errors(500, "internal error"),
		"502 from proxy":  fakevantage.HTML(502),
		"503":             fakevantage.HTML(503),
		"503 with a wait": fakevantage.Answer(503, "", "Retry-After: 12"),
		"503 in the past": fakevantage.Answer(503, "", "Retry-After: Mon, 03 Jan 2000 00:00:00 GMT"),
		"503 in a week":   fakevantage.Answer(503, "", "Retry-After: 604800"),
		"429":             fakevantage.Errors(429, "slow down"),
		"408":             fakevantage.HTML(408),
		"reset":           fakevantage.Reset,
		"hang":            fakevantage.Hang,
		"cut off":         fakevantage.CutOff,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Files: 3})
				client, directory := newClient(t, fake), t.TempDir()
				export := completed(ctx, t, client)
				misbehave(fake, func(r fakevantage.Request) http.HandlerFunc {
					if r.Nth <= 3 {
						return failure
					}
					return nil
				})
				delays := map[string][]time.Duration{}
				files, err := download(ctx, client, export, directory, func(p progress) {
					if p.failure != nil {
						delays[p.file.Name] = append(delays[p.file.Name], p.delay)
					}
				})
				if err != nil || len(files) != 3 || len(filesIn(t, directory)) != 3 || len(requests(t, fake)) != 12 {
					t.Errorf("%v, %v, %d requests", files, err, len(requests(t, fake)))
				}
				for _, f := range files {
					d := delays[f.Name]
					fixed := strings.HasSuffix(name, "with a wait")
					if len(d) != 3 || fixed && d[0] != 12*time.Second || !fixed && (d[0] >= d[1] || d[1] >= d[2]) {
						t.Errorf("%s: delays of %v", f.Name, d)
					}
				}
			})
		})
	}
}

// Each attempt receives something, so that the delays do not grow.
func TestDownload_resumesAgainAndAgain(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{FileSize: 1 << 10})
		client, directory, start := newClient(t, fake), t.TempDir(), time.Now()
		export := completed(ctx, t, client)
		misbehave(fake, func(fakevantage.Request) http.HandlerFunc { return fake.CutFile(100) })
		files, err := download(ctx, client, export, directory, nil)
		sent, took := len(requests(t, fake)), time.Since(start)
		if err != nil || files[0].Size != 1<<10 || sent != 11 || took > 12*time.Second {
			t.Errorf("%v, %v, %d requests in %s", files, err, sent, took)
		}
	})
}

func TestDownload_endsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind vantage.ErrorKind
		end  time.Duration
		says string
	}{
		"canceled": {vantage.Interrupted, 10 * time.Second, "a.csv: interrupted after 10s"},
		"deadline": {
			vantage.TimedOut, 90 * time.Second,
			"a.csv: timed out after 1m30s; last failure: incomplete response: no data for 30s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 90*time.Second, func(t *testing.T, ctx context.Context) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				if name == "canceled" {
					time.AfterFunc(test.end, cancel)
				}
				directory, start := t.TempDir(), time.Now()
				files, err := download(ctx, newClientOf(t, stall), exportOf(signed), directory, nil)
				wantKind(t, err, test.kind)
				if len(files) > 0 || time.Since(start) != test.end || err.Error() != test.says {
					t.Errorf("%v, %v after %s", files, err, time.Since(start))
				}
				if found := filesIn(t, directory); len(found) > 0 {
					t.Errorf("%d files are left", len(found))
				}
			})
		})
	}
}

// The timeout bounds the time without data, not the time of a file.
func TestDownload_doesNotCutOffSlowFiles(t *testing.T) {
	t.Parallel()
	within(t, 24*time.Hour, func(t *testing.T, ctx context.Context) {
		trickle, w := io.Pipe()
		go func() {
			for range 100 {
				time.Sleep(29 * time.Second)
				_, _ = io.WriteString(w, "row\n")
			}
			_ = w.Close()
		}()
		sent := 0
		client := newClientOf(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			sent++
			return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: 400, Request: r, Body: trickle}, nil
		}))
		files, err := download(ctx, client, exportOf(signed), t.TempDir(), nil)
		if err != nil || files[0].Size != 400 || sent != 1 {
			t.Errorf("%v, %v, %d requests", files, err, sent)
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

func TestDownload_fails(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	code := func(status int, code string) http.HandlerFunc {
		return fakevantage.Answer(status, `<?xml version="1.0"?>`+"\n<Error><Code>"+code+
			"</Code><Message>X-Signature=s3cr3t</Message><StringToSign>s3cr3t</StringToSign></Error>")
	}
	for name, test := range map[string]struct {
		url      string
		response http.HandlerFunc
		kind     vantage.ErrorKind
		says     string
		requests int           // 7 or 8 times as many within a minute
		took     time.Duration // at least, and two seconds more at most
	}{
		"rejected":          {response: code(402, "s3cr3t"), kind: vantage.Rejected, says: "402 Payment", requests: 1},
		"code of the store": {response: code(405, "AccessDenied"), says: "405 Method Not Allowed; AccessDenied", requests: 1},
		"code, cut off": {
			response: fakevantage.Answer(405, "\ufeff<?xml version='1.0'?><Error><Code>MethodNotAllowed</Code><Mess"),
			says:     "405 Method Not Allowed; MethodNotAllowed", requests: 1,
		},
		"another document": {
			response: fakevantage.Answer(405, "<html><Code>AccessDenied</Code></html>"),
			says:     "a.csv: 405 Method Not Allowed", requests: 1,
		},
		"permanent redirect": {response: code(301, "PermanentRedirect"), says: "301 Moved Permanently; Perm", requests: 1},
		"web page": {
			response: fakevantage.HTML(200), kind: vantage.Malformed, requests: 1, took: minute,
			says: "a.csv: 200 OK (text/html): the response is a web page, not the file",
		},
		"redirect to a web page": {
			response: func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/files/a.csv" {
					fakevantage.Answer(302, "", "Location: https://login.example/files/sign-in.html")(w, r)
					return
				}
				fakevantage.Answer(200, "<html>", `Content-Type: Text/HTML ;charset="`)(w, r)
			}, kind: vantage.Malformed, requests: 2, took: minute, says: "200 OK (text/html): the response is a web page",
		},
		"redirect to http": {
			response: fakevantage.Redirect("http://files.example"), requests: 1, took: minute,
			kind: vantage.Untrusted, says: "nothing was sent to it",
		},
		"downgrade to loopback": {
			response: fakevantage.Redirect("http://127.0.0.1:80"), requests: 1, took: minute,
			kind: vantage.Untrusted, says: "nothing was sent to it",
		},
		"redirect loop": {
			response: fakevantage.Redirect("https://files.example"), requests: 5, took: minute,
			kind: vantage.Untrusted, says: "redirects too often",
		},
		"invalid redirect": { // the error of net/http repeats the URL
			response: fakevantage.Answer(302, "", "Location: https://f.example/%zz?X-Signature=s3cr3t"), requests: 1,
			kind: vantage.Malformed, says: "malformed response: the redirect of the file server cannot be read", took: minute,
		},
		"no end, ever": {
			response: fakevantage.Answer(200, whole, "Transfer-Encoding: identity"), took: 13 * time.Second,
			kind: exportfile.Incomplete, says: "incomplete response: it has no length and no end", requests: 5,
		},
		"coding":          {response: serve(whole, "Content-Encoding: br"), says: "has the coding br", requests: 1},
		"list of codings": {response: serve(whole, "Content-Encoding: utf-8, Zstd"), says: "the coding zstd", requests: 1},
		"gzip that is not decoded": {
			response: serve(whole, "Content-Encoding: gzip,aws-chunked"), says: "the coding gzip", requests: 1,
		},
		"plain http": {
			url: "http://files.example/a.csv?X-Signature=s3cr3t", says: "file 2 of 2: malformed response: the pre-signed URL",
		},
		"no URL":          {url: "a.csv?X-Signature=s3cr3t", kind: vantage.Malformed, says: "must start with https://"},
		"not a valid URL": {url: "https://f.example/%zz?X-Signature=s3cr3t", kind: vantage.Malformed, says: "must start"},
		"local file":      {url: "file:///etc/passwd?X-Signature=s3cr3t", kind: vantage.Malformed, says: "must start"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake, directory, urls := fileServer(test.response), t.TempDir(), []string{signed}
				if test.url != "" {
					urls = append(urls, test.url)
				}
				start := time.Now()
				files, err := download(ctx, newClient(t, fake), exportOf(urls...), directory, nil)
				took := time.Since(start)
				var e *exportfile.Error
				if !errors.As(err, &e) || test.kind != "" && e.Err.Kind != test.kind || len(files) > 0 {
					t.Fatalf("%v, %v", files, err)
				}
				if !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "s3cr3t") {
					t.Errorf("%v; want it to say %q", err, test.says)
				}
				n, least, most := len(requests(t, fake)), test.requests, test.requests
				if test.took == minute {
					least, most = 7*least, 8*most
				}
				if n < least || n > most || len(filesIn(t, directory)) > 0 || (e.Host != "") != (n > 0) {
					t.Errorf("%d requests to %q, want %d to %d; found %v", n, e.Host, least, most, filesIn(t, directory))
				}
				if took < test.took || took > test.took+2*time.Second {
					t.Errorf("took %s, want %s", took, test.took)
				}
			})
		})
	}
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
