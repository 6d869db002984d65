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

// failing returns a transport whose connections fail after a delay.
func failing(delay time.Duration, err error) http.RoundTripper {
	return &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
		time.Sleep(delay)
		return nil, err
	}}
}

// network makes a client connect over the network to a host.
func network(host string) func(*vantage.Options) {
	return func(o *vantage.Options) { o.Host, o.Transport = host, vantage.NewTransport(vantage.DefaultTimeout) }
}

func TestHost_isGivenUpIfItNeverResponded(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(fakevantage.New(fakevantage.Options{}))
	t.Cleanup(plain.Close)
	fails := func(delay time.Duration, err error) func(*vantage.Options) {
		return func(o *vantage.Options) { o.Transport = failing(delay, err) }
	}
	unknown := &net.DNSError{Err: "no such host", Name: "api.vantage.sh", IsNotFound: true}
	for says, change := range map[string]func(*vantage.Options){
		// Not at the port of a closed server, which another test may use by now.
		"connection refused":                     fails(0, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
		"does not look like a TLS handshake":     network(strings.Replace(plain.URL, "http:", "https:", 1)),
		"no such host":                           fails(0, &net.OpError{Op: "dial", Net: "tcp", Err: unknown}),
		"tls: handshake failure":                 fails(0, &net.OpError{Op: "remote error", Err: tls.AlertError(40)}),
		"no response within the request timeout": fails(40*time.Second, errors.New("i/o timeout")),
	} {
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
			check: func(t *testing.T, _ *fakevantage.Server, _ *vantage.Error) {
				if n := len(requests.Requests()); n > 0 {
					t.Errorf("%d requests were sent", n)
				}
			},
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
			transport, _ := vantage.Options{Timeout: timeout}.WithDefaults().Transport.(*http.Transport)
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

// rejecting returns a transport whose proxy rejects connections with a status. It needs no network.
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
func dead(t *testing.T, hosts *retry.Hosts) (client *vantage.Client, attempts func() int32) {
	t.Helper()
	var n atomic.Int32
	refusing := failing(0, errors.New("connection refused"))
	client = newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
		o.Hosts = hosts
		o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			n.Add(1)
			return refusing.RoundTrip(r)
		})
	})
	return client, n.Load
}

// A minute for each operation would add up.
func TestHost_isGivenUpForAllOperationsTogether(t *testing.T) {
	t.Parallel()
	for _, atOnce := range []int{1, 10} {
		t.Run(strconv.Itoa(atOnce), func(t *testing.T) {
			t.Parallel()
			within(t, 24*time.Hour, func(t *testing.T, ctx context.Context) {
				client, attempts := dead(t, &retry.Hosts{})
				start := time.Now()
				sideBySide(atOnce, func() {
					for range 40 {
						_, err := create(ctx, client)
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

// The API and file servers share one registry.
func TestHost_isGivenUpAloneAndUntilAnIdleTime(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		hosts := &retry.Hosts{}
		client, attempts := dead(t, hosts)
		wantUnreachable := func(after time.Duration, least, most int32) {
			t.Helper()
			before, start := attempts(), time.Now()
			_, err := create(ctx, client)
			wantKind(t, err, vantage.Unreachable)
			took, n := time.Since(start), attempts()-before
			if took < after || n < least || n > most {
				t.Errorf("took %s and %d attempts, want %s and %d to %d", took, n, after, least, most)
			}
		}
		wantUnreachable(55*time.Second, 5, 100)
		other := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
			o.Hosts, o.Host = hosts, "https://other.example"
		})
		if _, err := export(ctx, other); err != nil {
			t.Error(err)
		}
		wantUnreachable(0, 0, 0)
		time.Sleep(10 * time.Minute)
		wantUnreachable(55*time.Second, 5, 100)
	})
}

func TestHost_isNotGivenUpIfItHasResponded(t *testing.T) {
	t.Parallel()
	refusing := failing(0, errors.New("connection refused"))
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
