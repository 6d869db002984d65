package exportfile_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

const signed = "https://files.example/files/a.csv?X-Signature=s3cr3t"

func TestTroublesThatPassDoNotFailADownload(t *testing.T) {
	t.Parallel()
	for name, trouble := range passing {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Files: 3})
				client, directory := newClient(t, fake), t.TempDir()
				completedExport := completed(ctx, t, client)
				fake.Change(func(o *fakevantage.Options) {
					o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
						if r.Nth <= 3 {
							return trouble
						}
						return nil
					}
				})
				pauses := map[string][]time.Duration{}
				written, err := client.Download(ctx, completedExport, directory, func(p vantage.DownloadProgress) {
					if p.Failure != nil && p.Pause > 0 {
						pauses[p.File.Name] = append(pauses[p.File.Name], p.Pause)
					}
				})
				if err != nil || len(written) != 3 || len(inDirectory(t, directory)) != 3 {
					t.Errorf("%v, %v", written, err)
				}
				for _, f := range written {
					all := pauses[f.Name]
					asked := strings.HasSuffix(name, "with a wait")
					if len(all) != 3 || !asked && (all[0] >= all[1] || all[1] >= all[2]) {
						t.Errorf("%s: pauses of %v were told, want three that grow", f.Name, all)
					}
				}
				if n := len(files(t, fake)); n != 12 {
					t.Errorf("%d requests, want 12", n)
				}
			})
		})
	}
}

// Something arrives each time, so the pauses do not grow.
func TestAConnectionThatBreaksAgainAndAgain(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{FileSize: 1 << 10})
		client, directory, start := newClient(t, fake), t.TempDir(), time.Now()
		completedExport := completed(ctx, t, client)
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = func(fakevantage.Request) http.HandlerFunc { return fake.CutFile(100) }
		})
		written, err := client.Download(ctx, completedExport, directory, func(p vantage.DownloadProgress) {
			if p.Pause > time.Second {
				t.Errorf("a pause of %s at %d bytes", p.Pause, p.File.Size)
			}
		})
		if err != nil || written[0].Size != 1<<10 || len(files(t, fake)) != 11 || time.Since(start) > 12*time.Second {
			t.Errorf("%v, %v, %d requests in %s", written, err, len(files(t, fake)), time.Since(start))
		}
	})
}

func TestWhatCannotBeDownloaded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		url      string
		answer   http.HandlerFunc
		kind     vantage.ErrorKind
		says     string
		requests int
	}{
		"expired": {
			answer:   fakevantage.Answer(403, "<Error><StringToSign>X-Signature=s3cr3t</StringToSign></Error>"),
			kind:     vantage.Rejected,
			says:     "a.csv: 403 Forbidden",
			requests: 1,
		},
		"gone": {
			answer:   fakevantage.HTML(404),
			kind:     vantage.Rejected,
			says:     "a.csv: 404 Not Found",
			requests: 1,
		},
		"redirect to http": {
			answer:   fakevantage.Redirect("http://files.example"),
			kind:     vantage.Untrusted,
			says:     "redirects to a URL that is not one of https",
			requests: 1,
		},
		"downgrade to loopback": {
			answer:   fakevantage.Redirect("http://127.0.0.1:80"),
			kind:     vantage.Untrusted,
			says:     "redirects to a URL that is not one of https",
			requests: 1,
		},
		"redirect in circles": {
			answer:   fakevantage.Redirect("https://files.example"),
			kind:     vantage.Malformed,
			says:     "in circles",
			requests: 5,
		},
		"redirect to no URL": {
			answer:   fakevantage.Answer(302, "", "Location: https://f.example/%zz?X-Signature=s3cr3t"),
			kind:     vantage.Malformed,
			says:     "a.csv: malformed: the server redirects to a URL that cannot be read",
			requests: 1,
		},
		"no end, ever": {
			answer:   fakevantage.Answer(200, whole, "Transfer-Encoding: identity"),
			kind:     vantage.Malformed,
			says:     "a.csv: malformed: its server tells neither its length nor its end",
			requests: 2,
		},
		"mangled, ever": {
			answer:   serve(whole, "Content-Encoding: gzip"),
			kind:     vantage.Malformed,
			says:     "a.csv: malformed: its server says that it is compressed, and it cannot be decompressed",
			requests: 2,
		},
		"another encoding": {
			answer:   serve(whole, "Content-Encoding: br"),
			kind:     vantage.Malformed,
			says:     "a.csv: malformed: its server sends it in an encoding that was not asked for",
			requests: 1,
		},
		"plain http": {
			url:  "http://files.example/a.csv?X-Signature=s3cr3t",
			kind: vantage.Untrusted,
			says: "file 2 of 2: untrusted: its pre-signed URL is one of plain http",
		},
		"no URL": {
			url:  "a.csv?X-Signature=s3cr3t",
			kind: vantage.Malformed,
			says: "file 2 of 2: malformed: its pre-signed URL cannot be used",
		},
		"not parseable": {
			url:  "https://files.example/%zz?X-Signature=s3cr3t",
			kind: vantage.Malformed,
			says: "cannot be used",
		},
		"of this machine": {
			url:  "file:///etc/passwd?X-Signature=s3cr3t",
			kind: vantage.Malformed,
			says: "cannot be used",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(
					fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return test.answer }},
				)
				urls := []string{signed}
				if test.url != "" {
					urls = append(urls, test.url)
				}
				directory := t.TempDir()
				written, err := newClient(t, fake).Download(ctx, exportOf(urls...), directory, nil)
				wantKind(t, err, test.kind)
				says := err.Error()
				if len(written) > 0 || !strings.Contains(says, test.says) || strings.Contains(says, "s3cr3t") {
					t.Errorf("%v, %v; want it to say %q", written, err, test.says)
				}
				if n := len(files(t, fake)); n != test.requests || len(inDirectory(t, directory)) > 0 {
					t.Errorf("%d requests, want %d; there are %v", n, test.requests, inDirectory(t, directory))
				}
			})
		})
	}
}

func TestARedirectDoesNotShowThePreSignedURL(t *testing.T) {
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
		_, err := newClient(t, fake).Download(ctx, exportOf(signed), directory, nil)
		if err != nil || inDirectory(t, directory)["a.csv"] != whole {
			t.Errorf("%v", err)
		}
		requests := files(t, fake)
		if len(requests) != 4 || requests[3].Header.Get("Range") != "bytes=5000-" {
			t.Errorf("%v", requests)
		}
		for _, r := range requests {
			if r.Header.Get("Referer") != "" {
				t.Errorf("%s was shown %q", r.Path, r.Header.Get("Referer"))
			}
		}
	})
}

// A frame of HTTP/2 says that it is the last one, so that nothing needs to tell the length.
func TestAFileOfUnknownLengthOverHTTP2(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				body := io.NopCloser(strings.NewReader(whole))
				return &http.Response{
					StatusCode: 200, ProtoMajor: 2, Header: http.Header{}, ContentLength: -1, Body: body, Request: r,
				}, nil
			})
		})
		directory := t.TempDir()
		written, err := client.Download(ctx, exportOf(signed), directory, nil)
		if err != nil || len(written) != 1 || inDirectory(t, directory)["a.csv"] != whole {
			t.Errorf("%v, %v", written, err)
		}
	})
}
