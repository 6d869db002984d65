package vantage

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage/redact"
)

const (
	// idleConnections is how many are kept to a host, for as many operations at a time.
	idleConnections = 10
	maxHeader       = 1 << 20
)

// NewTransport returns a transport for requests to the API and to file servers. Pings find a dead HTTP/2 connection,
// which would otherwise be used again after each request timeout.
func NewTransport(requestTimeout time.Duration) http.RoundTripper {
	//nolint:forcetypeassert // always this type, unless a program replaces it
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxResponseHeaderBytes = maxHeader
	t.MaxIdleConnsPerHost = idleConnections
	t.OnProxyConnectResponse = proxyConnectError
	t.HTTP2 = &http.HTTP2Config{
		SendPingTimeout: min(requestTimeout/3, 10*time.Second),
		PingTimeout:     min(requestTimeout/6, 5*time.Second),
	}
	return t
}

// layer handles a request with the help of the next layer.
type layer func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (l layer) RoundTrip(req *http.Request) (*http.Response, error) { return l(req) }

// NoResponse is the error of a request without a response.
type NoResponse struct {
	// Failure is nil if Decision.Ended is not.
	Failure *Error
	retry.Decision
}

// Error implements error.
func (e *NoResponse) Error() string {
	if e.Ended != nil {
		return e.Ended.Error()
	}
	return e.Failure.Error()
}

// Connect returns a layer of requests to the API and to file servers. Its errors are of type *NoResponse: it decides
// whether a request is repeated that has no response, by what hosts knows of all requests.
func Connect(next http.RoundTripper, hosts *retry.Hosts, redactor redact.Redactor) http.RoundTripper {
	return layer(func(req *http.Request) (*http.Response, error) {
		host := req.URL.Host
		var first *Error
		if errors.As(hosts.GivenUp(host), &first) {
			failure := *first // each operation completes its own
			return nil, &NoResponse{Failure: &failure}
		}
		var connected atomic.Bool
		connected.Store(true) // a transport without connections does not call GetConn
		resp, err := next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
			GetConn: func(string) { connected.Store(false) },
			GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
		})))
		if err == nil {
			hosts.Responded(host)
			return resp, nil
		}
		none := noResponse(req, err, attempt{
			method: req.Method, connected: connected.Load(), reached: hosts.HasResponded(host),
		}, redactor)
		if none.Failure != nil && none.Policy == retry.OneMinute {
			failure := *none.Failure
			none.Since = hosts.Failed(host, &failure)
		}
		return nil, none
	})
}

// noResponse describes a request without a response, and decides whether it is repeated.
func noResponse(req *http.Request, err error, a attempt, redactor redact.Redactor) *NoResponse {
	failure := &Error{Kind: Unreachable, Err: redactor.Cause(err)}
	if ctx := req.Context(); ctx.Err() != nil {
		cause := context.Cause(ctx)
		if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
			return &NoResponse{Decision: retry.Decision{Ended: cause}}
		}
		failure.Err = cause // a timeout
	}
	var untrusted *tls.CertificateVerificationError
	a.certificate = errors.As(err, &untrusted)
	if errors.As(err, &a.proxy) {
		failure.Err = a.proxy
	}
	switch {
	case a.certificate:
		failure.Kind = CertificateNotTrusted
		failure.Err = fmt.Errorf("%s: %w", redactor.Host(req.URL.Hostname()), failure.Err)
	case a.proxy == http.StatusProxyAuthRequired:
		failure.Kind = Invalid
	}
	if !a.connected {
		failure.Err = throughProxy(req.URL, failure.Err)
	}
	return &NoResponse{Failure: failure, Decision: retry.Decision{Policy: retryPolicy(a)}}
}
