package vantage

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// retries tries one operation, a call of the API or the download of a file, until it succeeds, fails for a reason that
// will not pass, or its context ends.
type retries struct {
	log *slog.Logger
	// onPause, which may be nil, is called before each pause.
	onPause func(failure *Error, pause time.Duration)

	failed int    // attempts in a row, which makes the pauses grow; an operation that has got further sets it to 0
	last   *Error // the latest failure that was tried again
}

func (r *retries) run(ctx context.Context, attempt func() *Error) *Error {
	for {
		failure := attempt()
		if failure == nil {
			return nil
		}
		if transient(failure) {
			r.last = failure
			failure = r.pause(ctx, failure)
		}
		if failure == nil {
			continue
		}
		if failure.Kind == TimedOut || failure.Kind == Interrupted {
			failure.LastFailure = r.last
		}
		return failure
	}
}

// pause waits until the next attempt: a growing time, or longer where the server asks for it. It fails when ctx ends,
// and at once where the server asks for more time than there is.
func (r *retries) pause(ctx context.Context, failure *Error) *Error {
	if over(ctx) {
		return ended(ctx)
	}
	if failure.heldBack {
		return nil
	}
	pause := lastLook(ctx, growing(r.failed))
	r.failed++
	var err error
	if failure.retryAfter > pause {
		pause = failure.retryAfter
		err = checkPatience(ctx, pause, "the server is not available and asks for a wait")
	}
	if err == nil {
		r.log.DebugContext(ctx, "waiting", "duration", pause, "reason", "try again after: "+failure.Error())
		if r.onPause != nil {
			r.onPause(failure, pause)
		}
		err = sleep(ctx, pause)
	}
	return asError(err)
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
