package exportfile_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// failing returns a transport whose connections fail with an error.
func failing(err error) *http.Transport {
	return &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}
}

var noSuchHost = &net.DNSError{Err: "no such host", Name: "files.example", IsNotFound: true}

// As in a network that allows the API and blocks the object store. The tests of internal/vantage show the other reasons
// why a host is not reached.
func TestDownload_endsIfTheHostIsNotReached(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		client, directory := newClientOf(t, failing(noSuchHost)), t.TempDir()
		for range 2 { // ten idle minutes later it is tried again
			start := time.Now()
			_, err := download(ctx, client, exportOf(signed), directory, nil)
			e := wantKind(t, err, vantage.Unreachable)
			if e.Host != "files.example" || !strings.Contains(err.Error(), "unreachable: lookup files.example: no such host") {
				t.Errorf("%v of %q", err, e.Host)
			}
			if took := time.Since(start); took < time.Minute || took > time.Minute+5*time.Second {
				t.Errorf("took %s", took)
			}
			time.Sleep(10 * time.Minute)
		}
	})
}

// A host that has responded is repeated until the deadline.
func TestDownload_waitsForAHostThatHasResponded(t *testing.T) {
	t.Parallel()
	within(t, 20*time.Minute, func(t *testing.T, ctx context.Context) {
		fake, back := fakevantage.New(fakevantage.Options{}), time.Now().Add(10*time.Minute)
		sent := 0
		client := newClientOf(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			if sent++; sent > 1 && time.Now().Before(back) {
				return failing(noSuchHost).RoundTrip(r)
			}
			return fake.Transport().RoundTrip(r)
		}))
		misbehave(fake, func(r fakevantage.Request) http.HandlerFunc {
			if r.N == 1 {
				return fakevantage.HTML(503)
			}
			return serve(whole)
		})
		files, err := download(ctx, client, exportOf(signed), t.TempDir(), nil)
		if err != nil || len(files) != 1 || time.Now().Before(back) {
			t.Errorf("%v, %v", files, err)
		}
	})
}
