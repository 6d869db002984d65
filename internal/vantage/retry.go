package vantage

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// retries decides, for one API call, whether a failed attempt is followed by another, and when. Its methods are the
// policies of a retryablehttp.Client.
type retries struct {
	started time.Time
	redact  redactor
	log     *slog.Logger
	failure *Error // of the latest attempt
	failed  int
	pause   time.Duration
}

func (r *retries) check(ctx context.Context, _ *http.Response, err error) (bool, error) {
	if err == nil {
		return false, nil
	}
	var failure *Error
	if !errors.As(err, &failure) || failure.Kind == TimedOut {
		return false, err
	}
	r.failure = failure
	if contextOver(ctx) || !transient(failure) {
		return false, err
	}
	r.pause = 0 // after a 429 the budget knows when to go on, for all callers at once
	if failure.StatusCode != http.StatusTooManyRequests {
		if r.pause, err = pauseAfter(ctx, failure, r.failed); err != nil {
			return false, err
		}
		r.failed++
	}
	if r.pause > 0 {
		r.log.DebugContext(ctx, "waiting", "duration", r.pause, "reason", "try again after: "+failure.Error())
	}
	return true, nil
}

// pauseAfter returns how long to wait after so many failures in a row: a growing time, or longer where the server asks for it. It fails
// where the server asks for more time than there is.
func pauseAfter(ctx context.Context, failure *Error, failed int) (time.Duration, error) {
	pause := pauseWithinDeadline(ctx, growingPause(failed))
	if failure.retryAfter <= pause {
		return pause, nil
	}
	return failure.retryAfter, checkDeadline(ctx, failure.retryAfter, "the server is not available and asks for a wait")
}

func (r *retries) backoff(_, _ time.Duration, _ int, _ *http.Response) time.Duration {
	return r.pause
}

// transient reports whether the same request may well succeed a little later.
func transient(e *Error) bool {
	switch e.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.Kind == Unreachable || errors.Is(e, errNotJSON)
}

// errNotJSON marks an answer that was mangled on its way rather than meant.
var errNotJSON = errors.New("the answer is not JSON")

// explain completes the error of a call that has ended: with the request, and, where the context ended it, with
// the failure that kept it from succeeding before.
func (r *retries) explain(ctx context.Context, err error, method, path string) *Error {
	var e *Error
	known := errors.As(err, &e)
	switch {
	case contextOver(ctx) && (!known || transient(e)):
		e = contextError(ctx)
	case !known:
		e = &Error{Kind: Malformed, Err: r.redact.cause(err)}
	}
	if e.Kind == TimedOut || e.Kind == Interrupted {
		e.LastFailure = r.failure
	}
	e.Method, e.Path, e.Waited = method, path, time.Since(r.started)
	return e
}
