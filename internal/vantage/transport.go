package vantage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage/ratelimit"
	"terraform-provider-vantage/internal/vantage/redact"
)

// maxBody is the largest response that is read, in bytes. A manifest of ten thousand pre-signed URLs with temporary
// credentials, 1.5 kB each, is smaller.
const maxBody = 24 << 20

// limit delays a request until the rate limit allows it. Redirects count as the request that they redirect.
func limit(next http.RoundTripper, limiter *ratelimit.Limiter, log *slog.Logger) layer {
	return func(req *http.Request) (*http.Response, error) {
		ctx, queued := req.Context(), time.Now()
		if ended := retry.Ended(ctx); ended != nil { // without a slot of the rate limit
			return nil, notSent(ended)
		}
		slot, err := limiter.Acquire(ctx, route(req))
		if err != nil {
			return nil, notSent(err)
		}
		if ended := retry.Ended(ctx); ended != nil { // a POST is not canceled once it is sent
			slot.Done(nil)
			return nil, notSent(ended)
		}
		if delay := time.Since(queued).Truncate(time.Millisecond); delay > 0 {
			log.DebugContext(ctx, "rate limit delay ended", "duration", delay)
		}
		resp, err := next.RoundTrip(req)
		slot.Done(resp)
		return resp, err
	}
}

func notSent(ended error) error { return &NoResponse{Decision: retry.Decision{Ended: ended}} }

// route returns what the server limits: the method and the path without the token of an export.
func route(req *http.Request) string {
	path, _, _ := strings.Cut(req.URL.Path, "/data_exports/")
	return req.Method + " " + path
}

// authorize sets the headers of a request, among them the API token.
func authorize(next http.RoundTripper, apiToken, userAgent string) layer {
	return func(req *http.Request) (*http.Response, error) {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+apiToken)
		req.Header.Set("User-Agent", userAgent)
		req.Header.Set("Accept", "application/json")
		if req.ContentLength > 0 {
			req.Header.Set("Content-Type", "application/json")
		}
		return next.RoundTrip(req)
	}
}

// bound ends a request after a time. A POST is not canceled: its response names an export that exists from now on.
func bound(next http.RoundTripper, timeout time.Duration) layer {
	passed := fmt.Errorf("no response within the request timeout of %s", timeout)
	return func(req *http.Request) (*http.Response, error) {
		ctx := req.Context()
		if req.Method == http.MethodPost {
			ctx = context.WithoutCancel(ctx)
		}
		ctx, cancel := context.WithTimeoutCause(ctx, timeout, passed)
		defer cancel()
		return next.RoundTrip(req.WithContext(ctx))
	}
}

// logRequests logs each request with its response.
func logRequests(next http.RoundTripper, log *slog.Logger, redactor redact.Redactor) layer {
	return func(req *http.Request) (*http.Response, error) {
		sent := time.Now()
		resp, err := next.RoundTrip(req)
		// The path may be that of a redirect.
		log := log.With("method", req.Method, "path", redactor.Text(req.URL.Path), "duration", time.Since(sent))
		if err != nil {
			log.DebugContext(req.Context(), "request failed", "error", err.Error())
			return nil, err
		}
		log = log.With("status", resp.StatusCode)
		if remaining, err := strconv.ParseUint(resp.Header.Get("X-Rate-Limit-Remaining"), 10, 32); err == nil {
			log = log.With("remaining", remaining)
		}
		log.DebugContext(req.Context(), "received response")
		return resp, nil
	}
}

// errHTML is the error of a page of a gateway, a firewall or a sign-in. The API sends none, whatever the status is.
var errHTML = errors.New("the response is an HTML page")

// IsPage reports whether a response is a web page by its media type, whatever the parameters of the header are.
func IsPage(resp *http.Response) bool {
	mediaType, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "text/html")
}

// readBody reads the response into memory. The error of a body that cannot be used comes when it is read, because the
// header may say all that matters.
func readBody(next http.RoundTripper, redactor redact.Redactor) layer {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(http.MaxBytesReader(nil, resp.Body, maxBody))
		body = bytes.TrimPrefix(body, []byte("\ufeff")) // a byte order mark
		var tooLong *http.MaxBytesError
		switch {
		case errors.As(err, &tooLong):
			err = &Error{Kind: TooMany, Err: fmt.Errorf("the response is longer than %d MiB", maxBody>>20)}
		case err != nil:
			err = fmt.Errorf("the response was cut off: %w", redactor.Cause(err))
		case IsPage(resp):
			err = errHTML
		case req.Method == http.MethodGet && resp.StatusCode < 300 && redactor.Contained(body):
			err = errors.New("the response contains the API token")
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		if err != nil {
			resp.Body = io.NopCloser(failingReader{err})
		}
		return resp, nil
	}
}

// failingReader is a body that cannot be used.
type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }
