package exportfile_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// connecting returns a transport for real requests that connects in this way, through a proxy if there is one.
func connecting(t *testing.T, proxy string, dial func(context.Context) (net.Conn, error)) *http.Transport {
	t.Helper()
	transport, ok := vantage.NewTransport(vantage.DefaultTimeout).(*http.Transport)
	if !ok {
		t.Fatal("the transport has another type")
	}
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }
	transport.Proxy = nil
	if proxy != "" {
		transport.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
	}
	return transport
}

// rejecting returns a connection to a proxy that rejects all others with a status.
func rejecting(status string) func(context.Context) (net.Conn, error) {
	return func(context.Context) (net.Conn, error) {
		client, proxy := net.Pipe()
		go func() {
			defer func() { _ = proxy.Close() }()
			if _, err := http.ReadRequest(bufio.NewReader(proxy)); err == nil {
				_, _ = io.WriteString(proxy, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n")
			}
		}()
		return client, nil
	}
}

// As in a network that allows the API and blocks the object store.
//
//nolint:paralleltest // it sets environment variables
func TestDownload_endsIfTheHostIsNotReached(t *testing.T) {
	const proxy = "http://me:hunter2@proxy.example:3128"
	t.Setenv("HTTPS_PROXY", proxy)
	t.Setenv("NO_PROXY", "direct.example")
	for name, test := range map[string]struct {
		proxied bool
		dial    func(context.Context) (net.Conn, error)
		kind    vantage.ErrorKind
		took    time.Duration
		says    string
	}{
		"unknown": {
			dial: func(context.Context) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "f.example", IsNotFound: true}
			},
			kind: vantage.Unreachable, took: time.Minute, says: "unreachable: lookup f.example: no such host",
		},
		"no connection": {
			dial: func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() },
			// A minute after the first attempt has failed.
			kind: vantage.Unreachable, took: 90 * time.Second, says: "unreachable: no data for 30s",
		},
		"rejected by the proxy": {
			proxied: true, dial: rejecting("403 Forbidden"), kind: vantage.Unreachable, took: time.Minute,
			says: "unreachable: through the proxy proxy.example:3128 (environment variable HTTPS_PROXY): " +
				"the proxy rejected the connection with status 403",
		},
		"unknown to the proxy": {
			proxied: true, dial: rejecting("407 Proxy Authentication Required"), kind: vantage.Invalid,
			says: "through the proxy proxy.example:3128 (environment variable HTTPS_PROXY): " +
				"the proxy requires authentication (status 407)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				through, host := "", "https://direct.example/a.csv"
				var dials atomic.Int32
				if test.proxied {
					through, host = proxy, "https://files.example/a.csv"
				}
				transport := connecting(t, through, func(ctx context.Context) (net.Conn, error) {
					dials.Add(1)
					return test.dial(ctx)
				})
				client, directory := newClientOf(t, transport), t.TempDir()
				for range 2 { // ten idle minutes later it is tried again
					before, start := dials.Load(), time.Now()
					_, err := download(ctx, client, exportOf(host), directory, nil)
					took := time.Since(start)
					if wantKind(t, err, test.kind); !strings.Contains(err.Error(), test.says) {
						t.Error(err)
					}
					if strings.Contains(err.Error(), "hunter2") || took < test.took || took > test.took+5*time.Second {
						t.Errorf("%v after %s", err, took)
					}
					if made := dials.Load() - before; made == 0 || test.took == 0 && made > 1 {
						t.Errorf("%d connections", made)
					}
					time.Sleep(10 * time.Minute)
				}
				transport.CloseIdleConnections()
			})
		})
	}
}

// A host that has responded is repeated until the deadline.
func TestDownload_waitsForAHostThatHasResponded(t *testing.T) {
	t.Parallel()
	within(t, 20*time.Minute, func(t *testing.T, ctx context.Context) {
		fake, back := fakevantage.New(fakevantage.Options{}), time.Now().Add(10*time.Minute)
		sent := 0
		client := newClientOf(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			if sent++; sent > 1 && time.Now().Before(back) {
				return connecting(t, "", func(context.Context) (net.Conn, error) {
					return nil, errors.New("connection refused")
				}).RoundTrip(r)
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

func TestDownload_rejectsAnUntrustedCertificate(t *testing.T) {
	t.Parallel()
	connections := 0
	server := httptest.NewUnstartedServer(fakevantage.New(fakevantage.Options{}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections++
		}
	}
	server.StartTLS()
	defer server.Close()
	directory := t.TempDir()
	_, err := download(t.Context(), newClientOf(t, nil), exportOf(server.URL+"/a.csv"), directory, nil)
	e := wantKind(t, err, vantage.CertificateNotTrusted)
	if connections != 1 || e.Host == "" || !strings.Contains(err.Error(), "x509") || len(filesIn(t, directory)) > 0 {
		t.Errorf("%v after %d connections", err, connections)
	}
}
