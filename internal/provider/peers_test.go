package provider_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/vantage"
)

// Everything that is at the other end of a connection: the API, a file server and a proxy.

const (
	signature     = "5eaf00d15eaf00d15eaf00d15eaf00d15eaf00d15eaf00d15eaf00d15eaf00d1"
	sessionToken  = "IQoJb3JpZ2luX2VjEA+/temporary+credentials/of=the=file=server"
	credential    = "ASIAVANTAGEEXAMPLE/20000101/us-east-1/s3/aws4_request"
	proxyPassword = "pr0xy-pass-word"

	accepted  = "HTTP/1.1 202 Accepted\r\nLocation: /v2/data_exports/dta_xprt_1\r\nContent-Length: 3\r\n\r\n202"
	noRows    = "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n" + `{"unit_costs":[]}`
	file      = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na,b\n"
	connected = "HTTP/1.1 200 OK\r\n\r\n"
)

// role is a kind of request, with the response of a peer that works.
type role string

const (
	posting     role = accepted
	polling     role = "" // completed
	readingRows role = noRows
	downloading role = file
	connecting  role = connected // to a proxy
)

// completed is the response to a poll of a completed export with a file.
func completed() string {
	query := url.Values{
		"X-Amz-Algorithm": {"AWS4-HMAC-SHA256"}, "X-Amz-Credential": {credential}, "X-Amz-Date": {"20000101T000000Z"},
		"X-Amz-Expires": {"21600"}, "X-Amz-Security-Token": {sessionToken}, "X-Amz-Signature": {signature},
	}
	return ok(`{"status":"completed","manifest":{"files":["https://files.example/a.csv?` + query.Encode() + `"]}}`)
}

// ok is a response with a JSON body.
func ok(body string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body
}

// peers are the other ends of all connections in a bubble. One role has a given response, with what it repeats of
// the request in braces; the others succeed.
type peers struct {
	misbehaves role
	response   string

	mu   sync.Mutex
	log  []string // what the client has logged
	sent []string // the hosts that have received the API token
}

// options are those of a client that is connected to the peers, with the transport that the product uses.
func (p *peers) options(t *testing.T) *vantage.Options {
	t.Helper()
	options := vantage.Options{APIToken: acctest.APIToken, Logger: slog.New(&logTo{peers: p})}.WithDefaults()
	transport, ok := options.Transport.(*http.Transport)
	if !ok {
		t.Fatal("the transport has another type")
	}
	transport = transport.Clone()
	transport.DisableKeepAlives = true
	transport.DialContext, transport.DialTLSContext = p.dial, p.dial // without TLS
	transport.Proxy = nil
	if p.misbehaves == connecting {
		transport.Proxy = http.ProxyURL(&url.URL{
			Scheme: "http", Host: "proxy.example:8080", User: url.UserPassword("user", proxyPassword),
		})
	}
	options.Transport = transport
	return &options
}

func (p *peers) dial(_ context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	switch {
	case err != nil:
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	case !strings.HasSuffix(host, ".example") && host != "api.vantage.sh":
		missing := &net.DNSError{Err: "no such host", Name: host, Server: "192.0.2.1:53", IsNotFound: true}
		return nil, &net.OpError{Op: "dial", Net: network, Err: missing}
	}
	ours, theirs := net.Pipe()
	go p.serve(theirs, host)
	return ours, nil
}

// serve responds to one request.
func (p *peers) serve(conn net.Conn, host string) {
	defer func() { _ = conn.Close() }()
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, req.Body)
	p.mu.Lock()
	response := p.respond(req)
	if strings.Contains(fmt.Sprint(req.Header), acctest.APIToken) {
		p.sent = append(p.sent, host)
	}
	p.mu.Unlock()
	_, _ = io.WriteString(conn, response)
}

// respond returns the response to a request.
func (p *peers) respond(req *http.Request) string {
	kind := downloading
	switch {
	case req.Method == http.MethodConnect:
		kind = connecting
	case req.Method == http.MethodPost:
		kind = posting
	case strings.HasPrefix(req.URL.Path, "/v2/unit_costs"):
		kind = readingRows
	case strings.HasPrefix(req.URL.Path, "/v2/"):
		kind = polling
	}
	switch {
	case kind == p.misbehaves:
		return p.reflect(req)
	case kind == polling:
		return completed()
	case kind == downloading && req.Host != "files.example":
		return "HTTP/1.1 403 Forbidden\r\n\r\n"
	}
	return string(kind)
}

// reflect returns the given response, with parts of the request instead of their names.
func (p *peers) reflect(req *http.Request) string {
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	var inJSON, inURL strings.Builder
	for _, c := range []byte(token) {
		fmt.Fprintf(&inJSON, `\u%04x`, c)
		fmt.Fprintf(&inURL, "%%%02x", c)
	}
	var headers bytes.Buffer
	_ = req.Header.Write(&headers)
	return strings.NewReplacer(
		"{path}", req.URL.Path, "{query}", req.URL.RawQuery, "{escaped query}", url.QueryEscape(req.URL.RawQuery),
		// What the API may know of earlier requests to file servers.
		"{signed}", "X-Amz-Signature="+signature, "{encoded}", "X-Amz-Credential%3D"+url.QueryEscape(credential),
		"{header}", "X-Amz-Security-Token: "+sessionToken, "{signature}", req.URL.Query().Get("X-Amz-Signature"),
		"{token}", token, "{token in JSON}", inJSON.String(), "{token in a URL}", inURL.String(),
		"{headers}", strings.ReplaceAll(headers.String(), "\r\n", ", "),
		"{header lines}", headers.String(), "{proxy}", req.Header.Get("Proxy-Authorization"),
	).Replace(p.response)
}

// logTo is a slog.Handler that keeps what is logged as it is, without escapes.
type logTo struct {
	peers *peers
	attrs []slog.Attr
}

func (l *logTo) Enabled(context.Context, slog.Level) bool { return true }

func (l *logTo) Handle(_ context.Context, record slog.Record) error {
	line := record.Message
	add := func(a slog.Attr) bool {
		line += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		return true
	}
	for _, a := range l.attrs {
		add(a)
	}
	record.Attrs(add)
	l.peers.mu.Lock()
	defer l.peers.mu.Unlock()
	l.peers.log = append(l.peers.log, line)
	return nil
}

func (l *logTo) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &logTo{l.peers, append(l.attrs[:len(l.attrs):len(l.attrs)], attrs...)}
}

func (l *logTo) WithGroup(string) slog.Handler { return l }
