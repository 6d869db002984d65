package exportfile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// signedFirst reports whether the URL of a file was signed by the first poll.
func signedFirst(r fakevantage.Request) bool {
	return strings.HasPrefix(r.Path, "/files/") && strings.Contains(r.Query, "X-Nonce=1&")
}

func TestDownload_renewsExpiredURLsOnceForAllFiles(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 404, 410} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Files: 10, SignEachGET: true})
				client, directory := newClient(t, fake), t.TempDir()
				export := completed(ctx, t, client)
				polls := fake.Gets()
				fake.Change(func(o *fakevantage.Options) {
					o.Latency = time.Second // so that several files are rejected at the same time
					o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
						// The first two are complete before the URLs expire.
						if signedFirst(r) && !strings.HasSuffix(r.Path, "001.csv") && !strings.HasSuffix(r.Path, "002.csv") {
							return fakevantage.HTML(status)
						}
						return nil
					}
				})
				reported := 0
				files, err := download(ctx, client, export, directory, func(p progress) {
					switch {
					case p.failure == nil:
					case p.failure.StatusCode == status && p.delay == 0:
						reported++
					default:
						t.Errorf("reported %+v", p)
					}
				})
				found := filesIn(t, directory)
				if err != nil || len(files) != 10 || len(found) != 10 {
					t.Errorf("%v, %v", files, err)
				}
				if n := len(requests(t, fake)); fake.Gets()-polls != 1 || reported != 1 || n > 14 {
					t.Errorf("%d polls, reported %d times; %d requests for files", fake.Gets()-polls, reported, n)
				}
				for _, f := range files {
					if f.SHA256 != digest(found[f.Name]) {
						t.Errorf("%+v has another digest", f)
					}
				}
			})
		})
	}
}

// As with temporary credentials that expire while an export of many files is downloaded.
func TestDownload_renewsURLsAsLongAsFilesComplete(t *testing.T) {
	t.Parallel()
	for _, most := range []int{4, 2, 1} {
		t.Run(fmt.Sprintf("%d downloads", most), func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Files: 12, SignEachGET: true})
				client, directory := newClient(t, fake), t.TempDir()
				export := completed(ctx, t, client)
				polls := fake.Gets()
				var mu sync.Mutex
				served := map[string]int{} // by the nonce of the URLs
				fake.Change(func(o *fakevantage.Options) {
					o.Latency = time.Second
					o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
						_, nonce, isFile := strings.Cut(r.Query, "X-Nonce=")
						nonce, _, _ = strings.Cut(nonce, "&")
						mu.Lock()
						defer mu.Unlock()
						if served[nonce]++; isFile && served[nonce] > most {
							return fakevantage.HTML(403)
						}
						return nil
					}
				})
				files, err := download(ctx, client, export, directory, nil)
				polls = fake.Gets() - polls
				if err != nil || len(files) != 12 || len(filesIn(t, directory)) != 12 || polls != 12/most-1 {
					t.Errorf("%d files, %v, %d polls", len(files), err, polls)
				}
			})
		})
	}
}

// A file server that accepts each URL and rejects it before the first byte must not use up the rate limit.
func TestDownload_renewsURLsNotWithoutProgress(t *testing.T) {
	t.Parallel()
	within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{SignEachGET: true})
		client := newClient(t, fake)
		export := completed(ctx, t, client)
		polls, n := fake.Gets(), 0
		misbehave(fake, func(r fakevantage.Request) http.HandlerFunc {
			if !strings.HasPrefix(r.Path, "/files/") {
				return nil
			}
			if n++; n%2 == 0 {
				return fakevantage.HTML(403)
			}
			return fakevantage.Answer(200, "", "Content-Length: 100")
		})
		_, err := download(ctx, client, export, t.TempDir(), nil)
		if polls = fake.Gets() - polls; err == nil || polls != 1 {
			t.Errorf("%v, %d polls", err, polls)
		}
	})
}

// What was received before the URL expired is kept.
func TestDownload_resumesWithAFreshURL(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{FileSize: 1 << 20, SignEachGET: true})
		client, directory := newClient(t, fake), t.TempDir()
		export := completed(ctx, t, client)
		var cut atomic.Bool
		misbehave(fake, func(r fakevantage.Request) http.HandlerFunc {
			switch {
			case !signedFirst(r):
				return nil
			case cut.CompareAndSwap(false, true):
				return fake.CutFile(1 << 19)
			}
			return fakevantage.HTML(403)
		})
		files, err := download(ctx, client, export, directory, nil)
		if err != nil || len(files) != 1 || files[0].Size != 1<<20 {
			t.Fatalf("%v, %v", files, err)
		}
		if text := filesIn(t, directory)[files[0].Name]; len(text) != 1<<20 || files[0].SHA256 != digest(text) {
			t.Errorf("%v; found %d bytes", files, len(text))
		}
		var ranges []string
		for _, r := range requests(t, fake) {
			ranges = append(ranges, r.Header.Get("Range"))
		}
		if got := fmt.Sprintf("%q", ranges); got != `["" "bytes=524288-" "bytes=524288-"]` {
			t.Errorf("requested %s", got)
		}
	})
}

func manifest(t *testing.T, status string, files ...string) http.HandlerFunc {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"token": "dta_xprt_1", "status": status, "manifest": map[string]any{"files": files},
	})
	if err != nil {
		t.Fatal(err)
	}
	return fakevantage.Answer(200, string(body))
}

func TestDownload_failsWithoutFreshURLs(t *testing.T) {
	t.Parallel()
	const a, b = "https://files.example/files/a.csv", "https://files.example/files/b.csv"
	const renewal = "a.csv: 403 Forbidden: requesting fresh pre-signed URLs: "
	for name, test := range map[string]struct {
		response http.HandlerFunc // of the API
		says     string
		requests int // for the first file
		polls    int
	}{
		"rejected again": {manifest(t, "completed", a+"?sig=new", b+"?sig=new"), "a.csv: 403 Forbidden", 2, 1},
		"no such export": {
			fakevantage.Errors(404, "not found"), renewal + "GET /v2/data_exports/dta_xprt_1: 404 Not Found", 1, 1,
		},
		"failed":      {manifest(t, "failed"), renewal + `the API reports the status "failed"`, 1, 1},
		"other file":  {manifest(t, "completed", b, "https://f.example/c.csv"), renewal + "the API reports other", 1, 1},
		"fewer files": {manifest(t, "completed", a+"?sig=new"), renewal + "the API reports other files than before", 1, 1},
		"http":        {manifest(t, "completed", "http://files.example/a.csv", b), "must start with https://", 1, 1},
		"no response": {fakevantage.Hang, "a.csv: timed out after 1m0s; last failure: 403 Forbidden", 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					switch {
					case !strings.HasPrefix(r.Path, "/files/"):
						return test.response
					case strings.HasSuffix(r.Path, "b.csv"):
						return serve(whole)
					}
					return func(w http.ResponseWriter, r *http.Request) {
						time.Sleep(time.Second) // until the other file is complete
						fakevantage.HTML(403)(w, r)
					}
				}})
				directory := t.TempDir()
				files, err := download(ctx, newClient(t, fake), exportOf(a+"?sig=old", b+"?sig=old"), directory, nil)
				if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "sig=") {
					t.Errorf("%v, %v; want it to say %q", files, err, test.says)
				}
				rejected := 0
				for _, r := range requests(t, fake) {
					if strings.HasSuffix(r.Path, "a.csv") {
						rejected++
					}
				}
				if rejected != test.requests || fake.Gets() != test.polls || len(filesIn(t, directory)) != len(files) {
					t.Errorf("%d requests for the first file, want %d; %d polls", rejected, test.requests, fake.Gets())
				}
			})
		})
	}
}

// The API lists the files in another order and stores them at other paths.
func TestDownload_findsTheFilesOfFreshURLs(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		const server = "https://files.example/files/"
		fresh := manifest(t, "completed",
			server+"new/b.csv?sig=new", server+"new/2/a.csv?sig=new", server+"new/1/a.csv?sig=new")
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			switch {
			case !strings.HasPrefix(r.Path, "/files/"):
				return fresh
			case r.Query == "sig=new":
				return serve("this is " + r.Path)
			}
			return fakevantage.HTML(403)
		}})
		directory, old := t.TempDir(), exportOf(server+"1/a.csv?sig=old", server+"2/a.csv?sig=old", server+"b.csv?sig=old")
		_, err := download(ctx, newClient(t, fake), old, directory, nil)
		want := map[string]string{
			"a.csv":   "this is /files/new/1/a.csv",
			"a-2.csv": "this is /files/new/2/a.csv",
			"b.csv":   "this is /files/new/b.csv",
		}
		if found := filesIn(t, directory); err != nil || !maps.Equal(found, want) {
			t.Errorf("%v, found %v", err, found)
		}
	})
}
