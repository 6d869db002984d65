package vantage_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage"
)

// dials connects in this way.
func dials(dial func() (net.Conn, error)) http.RoundTripper {
	return &http.Transport{
		DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return dial() },
	}
}

// network makes a client connect over the network to a host.
func network(host string) func(*vantage.Options) {
	return func(o *vantage.Options) { o.Host, o.Transport = host, vantage.NewTransport(vantage.DefaultTimeout) }
}

// unreachable are hosts that no connection can be made to, by what the error says of them.
func unreachable(t *testing.T) map[string]func(*vantage.Options) {
	t.Helper()
	plain := httptest.NewServer(fakevantage.New(fakevantage.Options{}))
	t.Cleanup(plain.Close)
	failing := func(delay time.Duration, err error) func(*vantage.Options) {
		return func(o *vantage.Options) {
			o.Transport = dials(func() (net.Conn, error) {
				time.Sleep(delay)
				return nil, err
			})
		}
	}
	unknown := &net.DNSError{Err: "no such host", Name: "api.vantage.sh", IsNotFound: true}
	return map[string]func(*vantage.Options){
		// Not at the port of a closed server, which another test may use by now.
		"connection refused":                     failing(0, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
		"does not look like a TLS handshake":     network(strings.Replace(plain.URL, "http:", "https:", 1)),
		"no such host":                           failing(0, &net.OpError{Op: "dial", Net: "tcp", Err: unknown}),
		"tls: handshake failure":                 failing(0, &net.OpError{Op: "remote error", Err: tls.AlertError(40)}),
		"no response within the request timeout": failing(40*time.Second, errors.New("i/o timeout")),
	}
}

func TestHost_isGivenUpIfItNeverResponded(t *testing.T) {
	t.Parallel()
	for says, change := range unreachable(t) {
		for name, call := range map[string]call{"POST": export, "GET": wait(tok1)} {
			interaction{
				client: change, call: call,
				kind: vantage.Unreachable, says: says,
				// The minute starts when the first attempt has failed, which takes the request timeout at most.
				least: 55 * time.Second, most: 95 * time.Second,
				check: func(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
					if !strings.HasPrefix(e.Path, "/v2/") {
						t.Errorf("the path is %s", e.Path)
					}
					time.Sleep(time.Minute) // until the transport has given up connecting, too
				},
			}.run(t, says+" "+name)
		}
	}
}

// reached lets hosts count as hosts that have responded.
func reached(names ...string) *retry.Hosts {
	hosts := &retry.Hosts{}
	for _, name := range names {
		hosts.Responded(name)
	}
	return hosts
}

func TestCertificate_thatIsNotTrustedIsFinalUnlessTheHostHasResponded(t *testing.T) {
	t.Parallel()
	requests := fakevantage.New(fakevantage.Options{})
	server := httptest.NewUnstartedServer(requests)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	for name, test := range map[string]struct {
		hosts *retry.Hosts
		least time.Duration
	}{
		"never a response": {reached(), 0},
		"after a response": {reached(strings.TrimPrefix(server.URL, "https://")), 55 * time.Second},
	} {
		interaction{
			client: func(o *vantage.Options) {
				network(server.URL)(o)
				o.Hosts = test.hosts
			},
			kind: vantage.CertificateNotTrusted, says: ": 127.0.0.1: tls: failed to verify certificate",
			least: test.least, most: test.least + 10*time.Second,
			check: func(t *testing.T, _ *fakevantage.Server, _ *vantage.Error) { wantRequests(t, requests, 0, 0) },
		}.run(t, name)
	}
}

// pipes connect a client and a server without a network. They are the listener of the server.
type pipes struct {
	accept chan net.Conn
	close  func()
	opened atomic.Int32
	// stalled is the number of connections on which nothing passes from now on, without an error, as after a change of the
	// network.
	stalled atomic.Int32
}

func newPipes() *pipes {
	accept := make(chan net.Conn)
	return &pipes{accept: accept, close: sync.OnceFunc(func() { close(accept) })}
}

func (p *pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p.accept; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p *pipes) Close() error {
	p.close()
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8443} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.accept <- theirs
	return pipe{ours, p, p.opened.Add(1)}, nil
}

// pipe is the end of a client.
type pipe struct {
	net.Conn
	pipes *pipes
	n     int32 // from 1
}

func (p pipe) stalled() bool { return p.n <= p.pipes.stalled.Load() }

func (p pipe) Read(b []byte) (n int, err error) {
	n, err = p.Conn.Read(b)
	for p.stalled() && err == nil {
		n, err = p.Conn.Read(b)
	}
	return n, err
}

func (p pipe) Write(b []byte) (int, error) {
	if p.stalled() {
		return len(b), nil
	}
	return p.Conn.Write(b)
}

// A dead HTTP/2 connection is not used again and again, even if another request is in flight on it.
func TestTransport_replacesADeadHTTP2Connection(t *testing.T) {
	t.Parallel()
	// A ping after a third of the request timeout, at most 10 s, has no response within a sixth, at most 5 s. The
	// requests are repeated after a second.
	for timeout, most := range map[time.Duration]time.Duration{
		12 * time.Second: 8 * time.Second, 2 * time.Minute: 17 * time.Second,
	} {
		within(t, time.Hour, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{})
			token := fake.Add(map[string]any{"cost_report_token": "r"}, time.Now())
			network := newPipes()
			server := &httptest.Server{Listener: network, Config: &http.Server{Handler: fake}, EnableHTTP2: true}
			server.StartTLS()
			defer server.Close()
			transport, _ := vantage.NewTransport(timeout).(*http.Transport)
			defer transport.CloseIdleConnections()
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
			transport.DialContext = network.dial
			client := newClient(t, fake, func(o *vantage.Options) {
				o.Host, o.Transport, o.Timeout = server.URL, transport, timeout
			})
			get := func() {
				if e, err := poll(&vantage.DataExport{Token: token})(ctx, client); err != nil || !e.Completed() {
					t.Errorf("%+v, %v", e, err)
				}
			}
			get()
			network.stalled.Store(network.opened.Load())
			start := time.Now()
			sideBySide(2, get)
			if took := time.Since(start); took > most || network.opened.Load() > 3 {
				t.Errorf("took %s and %d connections", took, network.opened.Load())
			}
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
		interaction{
			client: func(o *vantage.Options) {
				if o.Transport = rejecting(test.status); test.responded {
					o.Hosts = reached("api.vantage.sh")
				}
			},
			kind: test.kind, says: test.says,
			least: test.took - 5*time.Second, most: test.took + 5*time.Second,
		}.run(t, name)
	}
}

// dead returns a client of a host that cannot be connected to, and a function that counts the attempts.
func dead(t *testing.T) (client *vantage.Client, hosts *retry.Hosts, attempts func() int32) {
	t.Helper()
	var n atomic.Int32
	hosts = &retry.Hosts{}
	refusing := dials(func() (net.Conn, error) {
		n.Add(1)
		return nil, errors.New("connection refused")
	})
	client, err := vantage.New(vantage.Options{APIToken: apiToken, Hosts: hosts, Transport: refusing})
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
	refusing := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("connection refused")
	}}
	interaction{
		api: fakevantage.Options{RetryAfter: "60", Misbehave: atFirst(5, http.MethodPost, fakevantage.HTML(503))},
		client: func(o *vantage.Options) {
			reachable := o.Transport
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				since := time.Since(bubble)
				if since < 10*time.Second || since > 3*time.Minute && since < 40*time.Minute {
					return refusing.RoundTrip(r)
				}
				return reachable.RoundTrip(r)
			})
		},
		posts: 6, gets: 1,
	}.play(t)
}
