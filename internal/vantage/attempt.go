package vantage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

const (
	// maxAnswer is the largest answer that is read, in bytes. A manifest of ten thousand addresses is well below.
	maxAnswer = 8 << 20
	maxHeader = 1 << 20
)

// attempt is the http.RoundTripper of a Client: one request, sent when the budget has a place for it, and its whole
// answer. What happens between attempts is not its business.
type attempt struct {
	next          http.RoundTripper
	budget        *budget
	timeout       time.Duration
	authorization string
	userAgent     string
	redact        redactor
	log           *slog.Logger
}

func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	ticket, err := a.budget.acquire(ctx, req.Method, req.URL.Path)
	if err != nil {
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
	if req.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}

	sent := time.Now()
	resp, err := a.exchange(req)
	remaining := a.budget.release(ticket, resp)

	fields := []any{"method", req.Method, "path", req.URL.Path, "duration", time.Since(sent), "remaining", remaining}
	if err != nil {
		a.log.DebugContext(ctx, "request failed", append(fields, "error", err.Error())...)
		return nil, err
	}
	a.log.DebugContext(ctx, "request answered", append(fields, "status", resp.StatusCode)...)
	return resp, nil
}

// exchange sends the request and reads the whole answer, so that one that is cut off counts as none.
func (a *attempt) exchange(req *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(req)
	if err != nil {
		return nil, a.unreachable(req.Context(), err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case resp.StatusCode == http.StatusAccepted && resp.Header.Get("Location") != "":
		// The header says it all. What is wrong with the body must not lose an export that exists.
	case err != nil:
		return nil, a.unreachable(req.Context(), fmt.Errorf("the answer was cut off: %w", err))
	case len(body) > maxAnswer:
		return nil, &Error{Kind: Malformed, Err: fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)}
	}
	resp.Body = io.NopCloser(bytes.NewReader(a.redact.body(body)))
	return resp, nil
}

var errRequestTimeout = errors.New("the request took too long")

// unreachable says why there is no whole answer. Where that is because the caller's context is over, it is that
// context's error, which is nobody's failure.
func (a *attempt) unreachable(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errRequestTimeout) {
		return &Error{Kind: Unreachable, Err: fmt.Errorf("no answer within the request timeout of %s", a.timeout)}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Error{Kind: Unreachable, Err: a.redact.cause(err)}
}
