package exportfile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// nowExpired refuses each file whose URL was signed before the export was asked for once more, with a status.
func nowExpired(
	fake *fakevantage.Server, status int, expired func(fakevantage.Request) bool,
) (asked func() int) {
	before := fake.Gets()
	fake.Change(func(o *fakevantage.Options) {
		o.Latency = time.Second // so that several files are refused at the same time
		o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
			if strings.HasPrefix(r.Path, "/files/") && expired(r) && strings.Contains(r.Query, "X-Nonce=1&") {
				return fakevantage.HTML(status)
			}
			return nil
		}
	})
	return func() int { return fake.Gets() - before }
}

func TestExpiredURLsAreReplacedOnceForAllFiles(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403, 404} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Files: 10})
				client, directory := newClient(t, fake), t.TempDir()
				done := completed(ctx, t, client)
				// The first two are there before the URLs expire.
				asked := nowExpired(fake, status, func(r fakevantage.Request) bool {
					return !strings.HasSuffix(r.Path, "001.csv") && !strings.HasSuffix(r.Path, "002.csv")
				})
				told := 0
				start := time.Now()
				written, err := client.Download(ctx, done, directory, func(p vantage.DownloadProgress) {
					switch {
					case p.AsksForURLs && p.Failure.StatusCode == status && p.Pause == 0:
						told++
					case p.Failure != nil:
						t.Errorf("told %+v", p)
					}
				})
				// The first four, of which two are refused; fresh URLs; and the other eight, four at a time.
				took := time.Since(start)
				if err != nil || len(written) != 10 || len(inDirectory(t, directory)) != 10 || took > 6*time.Second {
					t.Errorf("%v, %v after %s", written, err, time.Since(start))
				}
				// A file is refused at most once: those that begin later have the fresh URL at once.
				if n := len(files(t, fake)); asked() != 1 || told != 1 || n > 14 {
					t.Errorf("asked for %d times, told %d times; %d requests for files", asked(), told, n)
				}
				for _, f := range written {
					if f.SHA256 != digest(inDirectory(t, directory)[f.Name]) {
						t.Errorf("%+v has another digest", f)
					}
				}
			})
		})
	}
}

// The signature's time is over in the middle of a file: what is there of it is kept.
func TestAnExpiredURLIsReplacedInTheMiddleOfAFile(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{FileSize: 1 << 20})
		client, directory := newClient(t, fake), t.TempDir()
		done := completed(ctx, t, client)
		var cut atomic.Bool
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
				switch {
				case !strings.HasPrefix(r.Path, "/files/") || !strings.Contains(r.Query, "X-Nonce=1&"):
					return nil
				case cut.CompareAndSwap(false, true):
					return fake.CutFile(1 << 19)
				}
				return fakevantage.HTML(403)
			}
		})
		written, err := client.Download(ctx, done, directory, nil)
		if err != nil || len(written) != 1 || written[0].Size != 1<<20 {
			t.Fatalf("%v, %v", written, err)
		}
		if text := inDirectory(t, directory)[written[0].Name]; len(text) != 1<<20 || written[0].SHA256 != digest(text) {
			t.Errorf("%v, and %d bytes are there", written, len(text))
		}
		var ranges []string
		for _, r := range files(t, fake) {
			ranges = append(ranges, r.Header.Get("Range"))
		}
		if got := fmt.Sprintf("%q", ranges); got != `["" "bytes=524288-" "bytes=524288-"]` {
			t.Errorf("asked for %s", got)
		}
	})
}

func TestURLsThatCannotBeReplaced(t *testing.T) {
	t.Parallel()
	answer := func(status string, files ...string) http.HandlerFunc {
		body, err := json.Marshal(map[string]any{
			"token": "dta_xprt_1", "status": status, "manifest": map[string]any{"files": files},
		})
		if err != nil {
			t.Fatal(err)
		}
		return fakevantage.Answer(200, string(body))
	}
	const a, b = "https://files.example/files/a.csv", "https://files.example/files/b.csv"
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		says   string
		files  int // requests for files
	}{
		"refused again":  {answer("completed", a+"?sig=new", b+"?sig=new"), "a.csv: 403 Forbidden", 2},
		"the same again": {answer("completed", a+"?sig=old", b+"?sig=new"), "a.csv: 403 Forbidden", 1},
		"no such export": {
			fakevantage.Errors(404, "it is gone"),
			"v2/data_exports/dta_xprt_1: 404 Not Found; it is gone",
			1,
		},
		"failed by now": {
			answer("failed"),
			"a.csv: 403 Forbidden: the export was asked for fresh pre-signed URLs: export failed",
			1,
		},
		"one of them another": {
			answer("completed", b+"?sig=new", "https://files.example/files/2/a.csv"), "other files than before", 1,
		},
		"another number": {answer("completed", "https://files.example/files/c.csv"), "other files than before", 1},
		"not usable": {
			answer("completed", a+"?sig=new", "http://files.example/files/b.csv"),
			"one of plain http",
			1,
		},
		"never answered": {
			fakevantage.Hang,
			"a.csv: timed out after 1m0s: the export was asked for fresh pre-signed URLs after 403 Forbidden",
			1,
		},
		"another machine": {
			answer("completed", "https://elsewhere.example/files/1.csv", "https://elsewhere.example/files/2.csv"),
			"403 Forbidden",
			2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					switch {
					case !strings.HasPrefix(r.Path, "/files/"):
						return test.answer
					case strings.HasSuffix(r.Path, "b.csv") || strings.HasSuffix(r.Path, "2.csv"):
						return serve(whole)
					}
					return fakevantage.HTML(403)
				}})
				written, err := newClient(t, fake).Download(ctx, exportOf(a+"?sig=old", b+"?sig=old"), t.TempDir(), nil)
				if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "sig=") {
					t.Errorf("%v, %v; want it to say %q", written, err, test.says)
				}
				refused := 0
				for _, r := range files(t, fake) {
					if strings.HasSuffix(r.Path, "a.csv") || strings.HasSuffix(r.Path, "1.csv") {
						refused++
					}
				}
				gets := fake.Gets()
				if name == "never answered" {
					gets-- // an attempt of 30 s and another one
				}
				if refused != test.files || gets != 1 {
					t.Errorf("%d requests for the first file, want %d; %d for the export", refused, test.files, gets)
				}
			})
		})
	}
}

// The server may list the files in another order, or store them under other paths.
func TestFreshURLsFindTheirFiles(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string][]string{
		"the same order": {"/files/1/a.csv", "/files/2/a.csv", "/files/b.csv"},
		"another order":  {"/files/b.csv", "/files/2/a.csv", "/files/1/a.csv"},
		"more of them":   {"/files/c.csv", "/files/b.csv", "/files/2/a.csv", "/files/1/a.csv"},
		"other paths":    {"/files/new/1/a.csv", "/files/new/2/a.csv", "/files/new/b.csv"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				var urls []string
				for _, path := range fresh {
					urls = append(urls, "https://files.example"+path+"?sig=new")
				}
				body, err := json.Marshal(
					map[string]any{"status": "completed", "manifest": map[string]any{"files": urls}},
				)
				if err != nil {
					t.Fatal(err)
				}
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					switch {
					case !strings.HasPrefix(r.Path, "/files/"):
						return fakevantage.Answer(200, string(body))
					case r.Query == "sig=new":
						return serve("this is " + strings.Replace(r.Path, "/new/", "/", 1))
					}
					return fakevantage.HTML(403)
				}})
				directory := t.TempDir()
				_, err = newClient(t, fake).Download(ctx, exportOf(
					"https://files.example/files/1/a.csv?sig=old",
					"https://files.example/files/2/a.csv?sig=old",
					"https://files.example/files/b.csv?sig=old",
				), directory, nil)
				want := "map[a-2.csv:this is /files/2/a.csv a.csv:this is /files/1/a.csv b.csv:this is /files/b.csv]"
				if got := fmt.Sprint(inDirectory(t, directory)); err != nil || got != want {
					t.Errorf("%v, there are %s", err, got)
				}
			})
		})
	}
}
