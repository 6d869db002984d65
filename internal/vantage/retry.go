package vantage

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

const (
	// fewTimes is how often in a row an operation is attempted that fails in a way that seldom passes, or that costs
	// something each time.
	fewTimes = 5
	// unprovenFor is how long a host is tried that has never answered, or never as the API does.
	unprovenFor = time.Minute
)

// retries tries one operation, a call of the API or the download of a file, until it succeeds, fails for a reason that
// will not pass, or its context ends.
type retries struct {
	log *slog.Logger
	// onPause, which may be nil, is called before each pause.
	onPause func(failure *Error, pause time.Duration)

	started time.Time // the first attempt
	failed  int       // attempts in a row, which makes the pauses grow; an operation that has got further sets it to 0
	few     int       // attempts in a row that failed with Error.fewTimes
	last    *Error    // the latest failure that was tried again
}

func (r *retries) run(ctx context.Context, attempt func() *Error) *Error {
	r.started = time.Now()
	for {
		failure := attempt()
		if failure == nil {
			return nil
		}
		if !r.exhausted(failure) {
			r.last = failure
			if failure = r.pause(ctx, failure); failure == nil {
				continue
			}
		}
		if failure.Kind == TimedOut || failure.Kind == Interrupted {
			failure.LastFailure = r.last
		}
		return failure
	}
}

// exhausted reports whether a failure is final.
func (r *retries) exhausted(failure *Error) bool {
	r.few++
	if !failure.fewTimes {
		r.few = 0
	}
	return !transient(failure) || r.few == fewTimes || failure.unproven && time.Since(r.started) >= unprovenFor
}

// pause waits until the next attempt: a growing time, or longer where the server asks for it. It fails when ctx ends,
// and at once where the server asks for more time than there is.
func (r *retries) pause(ctx context.Context, failure *Error) *Error {
	if contextOver(ctx) {
		return contextError(ctx)
	}
	if failure.heldBack {
		return nil
	}
	pause := pauseWithinDeadline(ctx, growingPause(r.failed))
	r.failed++
	if failure.unproven {
		pause = min(pause, time.Until(r.started.Add(unprovenFor)))
	}
	pause = max(pause, failure.retryAfter)
	err := checkDeadline(ctx, failure.retryAfter, "the server is not available and asks for a wait")
	if err == nil {
		r.log.DebugContext(ctx, "waiting", "duration", pause, "reason", "try again after: "+failure.Error())
		if r.onPause != nil {
			r.onPause(failure, pause)
		}
		err = sleepFor(ctx, pause)
	}
	return asError(err)
}

// transient reports whether the same request may well succeed a little later.
func transient(e *Error) bool {
	switch e.Kind {
	case Unreachable:
		return true
	case Rejected:
		return transientStatus(e.StatusCode) || e.lagging
	}
	return e.fewTimes || errors.Is(e, errNotJSON)
}

// transientStatus reports whether a status tells of trouble that passes: of every kind of 5xx but those that say that
// the request can never be served, and of those 4xx that are about the moment and not about the request. It holds for
// gateways, whose codes of 520 and more are not standardised, and for file servers too.
func transientStatus(code int) bool {
	switch code {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusMisdirectedRequest, http.StatusLocked,
		http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return code >= 500
}

// errNotJSON marks an answer that was mangled on its way rather than meant.
var errNotJSON = errors.New("the answer is not JSON")
