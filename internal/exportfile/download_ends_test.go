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

// stalling is a server whose bodies stop in the middle and stay open.
type stalling struct{ text string }

func (s stalling) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Etag": {`"v1"`}}, ContentLength: int64(2 * len(s.text)), Request: r,
		Body: io.NopCloser(io.MultiReader(strings.NewReader(s.text), untilOver{r.Context()})),
	}, nil
}

type untilOver struct{ ctx context.Context }

func (u untilOver) Read([]byte) (int, error) {
	<-u.ctx.Done()
	return 0, u.ctx.Err()
}

func TestTheEndOfTheContextEndsADownloadAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind vantage.ErrorKind
		says string
	}{
		"cancelled": {vantage.Interrupted, "a.csv: interrupted after 10s"},
		"deadline": {
			vantage.TimedOut,
			"a.csv: timed out after 1m30s; the last failure before: unreachable: nothing came for 30s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 90*time.Second, func(t *testing.T, ctx context.Context) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				end := 90 * time.Second
				if name == "cancelled" {
					end = 10 * time.Second
					time.AfterFunc(end, cancel)
				}
				client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
					o.Transport = stalling{whole}
				})
				directory, start := t.TempDir(), time.Now()
				written, err := client.Download(ctx, exportOf(signed), directory, nil)
				wantKind(t, err, test.kind)
				there := len(inDirectory(t, directory))
				if len(written) > 0 || time.Since(start) != end || err.Error() != test.says || there > 0 {
					t.Errorf(
						"%v, %v after %s, there are %v",
						written,
						err,
						time.Since(start),
						len(inDirectory(t, directory)),
					)
				}
			})
		})
	}
}

// A file takes as long as it takes, while something comes.
func TestASlowFileIsNotCutOff(t *testing.T) {
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
		requests := 0
		client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				requests++
				return &http.Response{
					StatusCode: 200, Header: http.Header{}, ContentLength: 400, Request: r, Body: trickle,
				}, nil
			})
		})
		written, err := client.Download(ctx, exportOf(signed), t.TempDir(), nil)
		if err != nil || written[0].Size != 400 || requests != 1 {
			t.Errorf("%v, %v, %d requests", written, err, requests)
		}
	})
}

func TestTheFirstLastingFailureEndsThemAll(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Files: 8})
		client, directory := newClient(t, fake), t.TempDir()
		completedExport := completed(ctx, t, client)
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
				switch {
				case strings.HasSuffix(r.Path, "001.csv"):
					return fakevantage.Hang
				case strings.HasSuffix(r.Path, "004.csv"):
					return func(w http.ResponseWriter, r *http.Request) {
						time.Sleep(time.Second)
						fakevantage.HTML(403)(w, r)
					}
				}
				return nil
			}
		})
		start := time.Now()
		written, err := client.Download(ctx, completedExport, directory, nil)
		e := wantKind(t, err, vantage.Rejected)
		there, took := len(inDirectory(t, directory)), time.Since(start)
		// Refused a second time, with a fresh URL.
		if e.File != "unit_costs-004.csv" || len(written) != 6 || there != 6 || took != 2*time.Second {
			t.Errorf("%v, %v after %s", written, err, time.Since(start))
		}
	})
}
