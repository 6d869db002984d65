package vantage_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage"
)

// dials returns what makes a transport that connects in this way.
func dials(dial func() (net.Conn, error)) func(*vantage.Options) {
	return func(o *vantage.Options) {
		o.Transport = &http.Transport{
			DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return dial() },
		}
	}
}

// unreachable are hosts that no connection can be made to, by what the error says of them.
func unreachable(t *testing.T) map[string]func(*vantage.Options) {
	t.Helper()
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := httptest.NewServer(fakevantage.New(fakevantage.Options{}))
	t.Cleanup(plain.Close)
	return map[string]func(*vantage.Options){
		"connection refused": func(o *vantage.Options) { o.Host = closed.URL },
		"does not look like a TLS handshake": func(o *vantage.Options) {
			o.Host = strings.Replace(plain.URL, "http:", "https:", 1)
		},
		"no such host": dials(func() (net.Conn, error) {
			unknown := &net.DNSError{Err: "no such host", Name: "api.vantage.sh", IsNotFound: true}
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: unknown}
		}),
		"tls: handshake failure": dials(func() (net.Conn, error) {
			return nil, &net.OpError{Op: "remote error", Err: tls.AlertError(40)}
		}),
		"no response within the request timeout": dials(func() (net.Conn, error) {
			time.Sleep(40 * time.Second)
			return nil, errors.New("i/o timeout")
		}),
	}
}

func TestHost_isGivenUpIfItNeverResponded(t *testing.T) {
	t.Parallel()
	for says, change := range unreachable(t) {
		for name, call := range map[string]func(context.Context, *vantage.Client) error{
			"POST": func(ctx context.Context, c *vantage.Client) error {
				_, err := export(ctx, c)
				return err
			},
			"GET": func(ctx context.Context, c *vantage.Client) error {
				_, err := c.WaitForDataExport(ctx, &vantage.DataExport{Token: "tok_1"}, nil)
				return err
			},
		} {
			t.Run(says+" "+name, func(t *testing.T) {
				t.Parallel()
				within(t, time.Hour, func(t *testing.T, ctx context.Context) {
					o := vantage.Options{APIToken: apiToken}
					change(&o)
					client, err := vantage.New(o)
					if err != nil {
						t.Fatal(err)
					}
					start := time.Now()
					err = call(ctx, client)
					e := wantKind(t, err, vantage.Unreachable)
					if !strings.Contains(e.Error(), says) || e.Unconfirmed != 0 || !strings.HasPrefix(e.Path, "/v2/") {
						t.Errorf("%v (%s, %d unconfirmed) does not say %q", e, e.Path, e.Unconfirmed, says)
					}
					// The minute starts when the first attempt has failed, which takes the request timeout at most.
					if took := time.Since(start); took < 55*time.Second || took > 95*time.Second {
						t.Errorf("took %s", took)
					}
					time.Sleep(time.Minute) // until the transport has given up connecting, too
				})
			})
		}
	}
}

// secure returns a server whose certificate is not trusted, unless it is added to the transport.
func secure(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestCertificate_thatIsNotTrustedIsFinalUnlessTheHostHasResponded(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{})
	server := secure(t, fake)
	for responded, least := range map[bool]time.Duration{false: 0, true: 55 * time.Second} {
		t.Run(fmt.Sprint(responded), func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				hosts := &retry.Hosts{}
				client, err := vantage.New(vantage.Options{APIToken: apiToken, Host: server.URL, Hosts: hosts})
				if err != nil {
					t.Fatal(err)
				}
				if responded {
					hosts.Responded(strings.TrimPrefix(server.URL, "https://"))
				}
				start := time.Now()
				_, err = export(ctx, client)
				e := wantKind(t, err, vantage.CertificateNotTrusted)
				if !strings.Contains(e.Error(), ": 127.0.0.1: tls: failed to verify certificate") || e.Unconfirmed > 0 {
					t.Errorf("%+v", e)
				}
				if took := time.Since(start); took < least || took > least+10*time.Second {
					t.Errorf("took %s", took)
				}
				wantRequests(t, fake, 0, 0)
			})
		})
	}
}

// A proxy that rejects connections, without a network.
func rejecting(status string) http.RoundTripper {
	t, _ := vantage.NewTransport(time.Minute).(*http.Transport)
	t.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example:3128"})
	t.DialContext = func(context.Context, string, string) (net.Conn, error) {
		client, proxy := net.Pipe()
		go func() {
			defer func() { _ = proxy.Close() }()
			_, _ = http.ReadRequest(bufio.NewReader(proxy))
			_, _ = io.WriteString(proxy, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n")
		}()
		return client, nil
	}
	return t
}

func TestProxy_thatRejectsTheConnection(t *testing.T) {
	t.Parallel()
	const rejected = "the proxy rejected the connection with status "
	for name, test := range map[string]struct {
		status    string
		responded bool // whether the host has
		kind      vantage.ErrorKind
		says      string
		took      time.Duration
	}{
		"407":                  {"407 x", false, vantage.Invalid, "requires authentication", 0},
		"407 after a response": {"407 x", true, vantage.Invalid, "requires authentication", 0},
		"403":                  {"403 x", false, vantage.Unreachable, rejected + "403", time.Minute},
		"403 after a response": {"403 x", true, vantage.Unreachable, rejected + "403", time.Minute},
		"503":                  {"503 x", false, vantage.Unreachable, rejected + "503", time.Minute},
		"503 after a response": {"503 x", true, vantage.TimedOut, rejected + "503", time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				hosts := &retry.Hosts{}
				client, err := vantage.New(vantage.Options{APIToken: apiToken, Transport: rejecting(test.status), Hosts: hosts})
				if err != nil {
					t.Fatal(err)
				}
				if test.responded {
					hosts.Responded("api.vantage.sh")
				}
				start := time.Now()
				_, err = export(ctx, client)
				if e := wantKind(t, err, test.kind); !strings.Contains(e.Error(), test.says) || e.Unconfirmed > 0 {
					t.Errorf("%v does not say %q", e, test.says)
				}
				if took := time.Since(start); took < test.took-5*time.Second || took > test.took+5*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// dead returns a client of a host that cannot be connected to, and a function that counts the attempts.
func dead(t *testing.T) (client *vantage.Client, hosts *retry.Hosts, attempts func() int32) {
	t.Helper()
	var n atomic.Int32
	hosts = &retry.Hosts{}
	o := vantage.Options{APIToken: apiToken, Hosts: hosts}
	dials(func() (net.Conn, error) {
		n.Add(1)
		return nil, errors.New("connection refused")
	})(&o)
	client, err := vantage.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return client, hosts, n.Load
}

// A minute for each operation would add up.
func TestHost_isGivenUpForAllOperationsTogether(t *testing.T) {
	t.Parallel()
	for _, atOnce := range []int{1, 10} {
		t.Run(strconv.Itoa(atOnce), func(t *testing.T) {
			t.Parallel()
			within(t, 24*time.Hour, func(t *testing.T, ctx context.Context) {
				client, _, attempts := dead(t)
				start := time.Now()
				sideBySide(atOnce, func() {
					for range 40 {
						_, err := client.CreateDataExport(ctx, unitCosts)
						wantKind(t, err, vantage.Unreachable)
						time.Sleep(time.Second)
					}
				})
				if took := time.Since(start); took > 110*time.Second || attempts() > 100 {
					t.Errorf("took %s and %d attempts", took, attempts())
				}
			})
		})
	}
}

func TestHost_isTriedAgainAfterAnIdleTime(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		client, _, attempts := dead(t)
		for range 2 {
			before, start := attempts(), time.Now()
			_, err := client.CreateDataExport(ctx, unitCosts)
			wantKind(t, err, vantage.Unreachable)
			if took := time.Since(start); took < 55*time.Second || attempts()-before < 5 {
				t.Errorf("took %s and %d attempts", took, attempts()-before)
			}
			time.Sleep(10 * time.Minute)
		}
	})
}

// The API and file servers share one registry.
func TestHost_isGivenUpAlone(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		client, hosts, attempts := dead(t)
		fake := fakevantage.New(fakevantage.Options{})
		other := newClient(t, fake, func(o *vantage.Options) { o.Hosts, o.Host = hosts, "https://other.example" })
		_, err := client.CreateDataExport(ctx, unitCosts)
		wantKind(t, err, vantage.Unreachable)
		if _, err := export(ctx, other); err != nil {
			t.Error(err)
		}
		before := attempts()
		_, err = client.CreateDataExport(ctx, unitCosts)
		if e := wantKind(t, err, vantage.Unreachable); attempts() != before {
			t.Errorf("%v after %d more attempts", e, attempts()-before)
		}
	})
}

func TestHost_isNotGivenUpIfItHasResponded(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		start := time.Now()
		fake := fakevantage.New(fakevantage.Options{RetryAfter: "60", Misbehave: func(fakevantage.Request) http.HandlerFunc {
			if time.Since(start) < 2*time.Minute {
				return fakevantage.HTML(503)
			}
			return nil
		}})
		refusing := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("connection refused")
		}}
		client := newClient(t, fake, func(o *vantage.Options) {
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				since := time.Since(start)
				if since < 10*time.Second || since > 3*time.Minute && since < 40*time.Minute {
					return refusing.RoundTrip(r)
				}
				return fake.Transport().RoundTrip(r)
			})
		})
		if _, err := export(ctx, client); err != nil {
			t.Error(err)
		}
		if fake.Gets() != 1 {
			t.Errorf("%d GETs", fake.Gets())
		}
	})
}
