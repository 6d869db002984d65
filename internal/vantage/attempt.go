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
	"sync/atomic"
	"time"
)

const (
	// maxAnswer is the largest answer that is read, in bytes. A manifest of ten thousand pre-signed URLs with temporary
	// credentials, 1.5 kB each, is below.
	maxAnswer = 24 << 20
	maxHeader = 1 << 20
)

// attempt is the http.RoundTripper of a Client: one request, sent when the budget has a place for it, and its whole
// answer. See retries for what happens between attempts.
type attempt struct {
	next          http.RoundTripper
	budget        *budget
	timeout       time.Duration
	authorization string
	userAgent     string
	redact        redactor
	log           *slog.Logger

	reached atomic.Bool // whether the host has ever answered
}

func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	ticket, err := a.budget.acquire(ctx, req.Method, req.URL.Path)
	if err != nil {
		if ctx.Err() != nil {
			err = contextError(ctx)
		}
		return nil, err
	}
	if req.Method == http.MethodPost {
		// Once it is on its way the answer is worth more than a quick return: it names an export that exists now.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, a.timeout, errRequestTimeout)
	defer cancel()
	req = req.Clone(ctx)
	req.Header.Set("Authorization", a.authorization)
	req.Header.Set("User-Agent", a.userAgent)
	req.Header.Set("Accept", "application/json")
	if req.ContentLength > 0 {
		req.Header.Set("Content-Type", "application/json")
	}

	sent := time.Now()
	resp, err := a.exchange(req)
	remaining := a.budget.release(ticket, resp)

	fields := []any{
		"method", req.Method, "path", a.redact.text(req.URL.Path), // which may be that of a redirect
		"duration", time.Since(sent), "remaining", remaining,
	}
	if resp != nil {
		fields = append(fields, "status", resp.StatusCode)
	}
	if err != nil {
		a.log.DebugContext(ctx, "request failed", append(fields, "error", err.Error())...)
	} else {
		a.log.DebugContext(ctx, "request answered", fields...)
	}
	if resp == nil {
		return nil, err
	}
	return resp, nil
}

// exchange sends the request and reads the whole answer into memory. When the body cannot be read in full it returns
// both the answer, whose body ends with the error then, and the error: the header of a 202 may say all that matters.
func (a *attempt) exchange(req *http.Request) (*http.Response, error) {
	var connecting atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { connecting.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connecting.Store(false) },
	}))
	resp, err := a.next.RoundTrip(req)
	if err != nil {
		failure := a.unreachable(req.Context(), err)
		failure.unsent = connecting.Load()
		failure.unproven = failure.unsent && !a.reached.Load()
		return nil, failure
	}
	a.reached.Store(true)
	defer resp.Body.Close()
	body, err := io.ReadAll(http.MaxBytesReader(nil, resp.Body, maxAnswer))
	var failure error
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		body, failure = nil, &Error{Kind: Malformed, Err: fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)}
	case err != nil:
		failure = a.unreachable(req.Context(), fmt.Errorf("the answer was cut off: %w", err))
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(a.redact.body(body)), end{failure}))
	return resp, failure
}

// end is what follows the last byte of a body.
type end struct{ err error }

func (e end) Read([]byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	return 0, io.EOF
}

var errRequestTimeout = errors.New("the request took too long")

// unreachable says why there is no whole answer. The end of the caller's context is not held against the server.
func (a *attempt) unreachable(ctx context.Context, err error) *Error {
	if errors.Is(context.Cause(ctx), errRequestTimeout) {
		return &Error{Kind: Unreachable, Err: fmt.Errorf("no answer within the request timeout of %s", a.timeout)}
	}
	if ctx.Err() != nil {
		return contextError(ctx)
	}
	return &Error{Kind: Unreachable, Err: a.redact.cause(err)}
}
