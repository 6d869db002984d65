package vantage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"terraform-provider-vantage/internal/vantage/ratelimit"
	"terraform-provider-vantage/internal/vantage/redact"
)

const (
	// idleConnections is how many are kept to a host: Terraform runs ten operations at a time.
	idleConnections = 10
	maxHeader       = 1 << 20
	// maxBody is the largest response that is read, in bytes. A manifest of ten thousand pre-signed URLs with temporary
	// credentials, 1.5 kB each, is smaller.
	maxBody = 24 << 20
)

// newTransport returns the transport of requests to the API and to file servers. Pings find a dead HTTP/2 connection,
// which would otherwise be used again after each request timeout.
func newTransport(timeout time.Duration) http.RoundTripper {
	//nolint:forcetypeassert // always this type, unless a program replaces it
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxResponseHeaderBytes = maxHeader
	t.MaxIdleConnsPerHost = idleConnections
	t.OnProxyConnectResponse = proxyConnectError
	t.HTTP2 = &http.HTTP2Config{
		SendPingTimeout: min(timeout/3, 10*time.Second),
		PingTimeout:     min(timeout/6, 5*time.Second),
	}
	return t
}

// apiTransport is the http.RoundTripper of a Client: it sends one request when the rate limit allows, and reads the
// whole response.
type apiTransport struct {
	next          http.RoundTripper
	limiter       ratelimit.Limiter
	timeout       time.Duration
	authorization string
	userAgent     string
	redact        redact.Redactor
	log           *slog.Logger
	host          hostState
}

// RoundTrip implements http.RoundTripper. Its errors are of type *Error.
func (t *apiTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if deadlineReached(ctx) { // without a slot of the rate limit
		return nil, ContextError(ctx)
	}
	queued := time.Now()
	slot, err := t.limiter.Acquire(ctx, route(req))
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ContextError(ctx)
	case err != nil:
		return nil, &Error{Kind: TimedOut, Err: err}
	}
	failure := t.host.givenUp()
	if deadlineReached(ctx) { // a POST is not canceled once it is sent
		failure = ContextError(ctx)
	}
	if failure != nil {
		slot.Done(nil)
		return nil, failure
	}
	if delay := time.Since(queued).Truncate(time.Millisecond); delay > 0 {
		t.log.DebugContext(ctx, "rate limit delay ended", "duration", delay)
	}
	if req.Method == http.MethodPost {
		// Its response names an export that exists from now on.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.timeout, errRequestTimeout)
	defer cancel()
	req = req.Clone(ctx)
	req.Header.Set("Authorization", t.authorization)
	req.Header.Set("User-Agent", t.userAgent)
	req.Header.Set("Accept", "application/json")
	if req.ContentLength > 0 {
		req.Header.Set("Content-Type", "application/json")
	}

	sent := time.Now()
	resp, err := t.exchange(req)
	slot.Done(resp)
	// The path may be that of a redirect.
	fields := []any{"method", req.Method, "path", t.redact.Text(req.URL.Path), "duration", time.Since(sent)}
	if err != nil {
		t.log.DebugContext(ctx, "request failed", append(fields, "error", err.Error())...)
		return nil, err
	}
	fields = append(fields, "status", resp.StatusCode)
	if remaining, err := strconv.ParseUint(resp.Header.Get("X-Rate-Limit-Remaining"), 10, 32); err == nil {
		fields = append(fields, "remaining", remaining)
	}
	t.log.DebugContext(ctx, "received response", fields...)
	return resp, nil
}

// route returns what the server limits: the method and the path without the token of an export.
func route(req *http.Request) string {
	path, _, _ := strings.Cut(req.URL.Path, "/data_exports/")
	return req.Method + " " + path
}

// exchange sends the request and reads the response into memory. The error of a body that is cut off or too long comes
// when it is read, because the header may say all that matters.
func (t *apiTransport) exchange(req *http.Request) (*http.Response, error) {
	var connected atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}))
	connected.Store(true) // a transport without connections does not call GetConn
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, t.transportError(req, err, connected.Load())
	}
	t.host.responded.Store(true)
	defer resp.Body.Close()
	body, err := io.ReadAll(http.MaxBytesReader(nil, resp.Body, maxBody))
	body = bytes.TrimPrefix(body, []byte("\ufeff")) // a byte order mark
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		err = &Error{Kind: TooMany, Err: fmt.Errorf("the response is longer than %d MiB", maxBody>>20)}
	case err != nil:
		err = fmt.Errorf("the response was cut off: %w", t.redact.Cause(err))
	case req.Method == http.MethodGet && resp.StatusCode < 300 && t.redact.Contained(body):
		err = errors.New("the response contains the API token")
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		resp.Body = io.NopCloser(failingReader{err})
	}
	return resp, nil
}

// failingReader is a body that cannot be used.
type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

var errRequestTimeout = errors.New("request timeout")

// transportError returns the error of a request without a response.
func (t *apiTransport) transportError(req *http.Request, err error, connected bool) *Error {
	failure := &Error{Kind: Unreachable}
	switch ctx := req.Context(); {
	case errors.Is(context.Cause(ctx), errRequestTimeout):
		failure.Err = fmt.Errorf("no response within the request timeout of %s", t.timeout)
	case ctx.Err() != nil:
		return ContextError(ctx)
	default:
		failure.Err = t.redact.Cause(err)
	}
	switch proxy, err := proxyOf(req.URL); {
	case connected:
	case err != nil:
		failure.Err = err // the other error can contain a part of the password
	case proxy != "":
		failure.Err = fmt.Errorf("through the %s: %w", proxy, failure.Err)
	}
	reached := t.host.responded.Load()
	if errors.Is(err, errProxyAuth) {
		failure.Kind = Invalid
		return failure
	}
	failure.Retry.Policy = retryPolicy(attempt{method: req.Method, connected: connected, reached: reached})
	if !connected && !reached {
		failure.Retry.firstFailure = t.host.failed(failure)
	}
	return failure
}

// hostState remembers whether a host has ever responded. A host that has not is given up for the whole client, a minute
// after the first failed attempt.
type hostState struct {
	responded atomic.Bool
	failure   atomic.Pointer[Error] // of the first attempt, with the start of the minute
}

// failed records a failed attempt and returns the time of the first one.
func (h *hostState) failed(failure *Error) time.Time {
	first := *failure
	first.Retry.firstFailure = time.Now()
	h.failure.CompareAndSwap(nil, &first)
	return h.failure.Load().Retry.firstFailure
}

// givenUp returns an error if the host was given up.
func (h *hostState) givenUp() *Error {
	first := h.failure.Load()
	if h.responded.Load() || first == nil || time.Since(first.Retry.firstFailure) < oneMinute {
		return nil
	}
	failure := *first
	failure.Retry = Retry{}
	return &failure
}
