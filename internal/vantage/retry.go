package vantage

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"terraform-provider-vantage/internal/vantage/ratelimit"
)

const (
	fewTimes  = 5
	oneMinute = time.Minute
)

// attempt describes a failed request.
type attempt struct {
	method    string
	status    int  // of the response; 0 without one
	fromAPI   bool // whether the response is an error in the API's format
	recent    bool // whether the request is about an export that was accepted in the last ten seconds
	connected bool // whether a connection was established
	reached   bool // whether the host has ever responded to the client
}

// retryPolicy decides whether a failed request is repeated. A duplicate export costs quota and nothing else, so that a
// POST is repeated too, but only a few times if it may have created an export.
func retryPolicy(a attempt) RetryPolicy {
	mayHaveCreated := a.method == http.MethodPost
	switch {
	case a.status == 0 && !a.connected && !a.reached:
		return RetryOneMinute // of the whole client
	case a.status == 0 && !a.connected, a.status == http.StatusServiceUnavailable:
		return RetryUntilDeadline
	case a.status == http.StatusTooManyRequests:
		return RetryWhenAllowed
	case a.status == 0 || isTransient(a.status):
		if mayHaveCreated {
			return RetryFewTimes
		}
		return RetryUntilDeadline
	case mayHaveCreated && a.status < 300:
		return RetryFewTimes
	case !a.fromAPI:
		return RetryOneMinute
	case a.status == http.StatusNotFound && a.recent:
		return RetryUntilDeadline
	}
	return RetryNever
}

// isTransient reports whether a status describes a temporary failure, of a server or of a gateway.
func isTransient(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusMisdirectedRequest, http.StatusLocked,
		http.StatusTooEarly:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

// Retrier repeats an operation according to the Retry of its errors.
type Retrier struct {
	Log *slog.Logger
	// OnDelay is called before each delay. It may be nil.
	OnDelay func(failure *Error, delay time.Duration)

	last         *Error
	failures     int         // since the start or Reset, which makes the delays grow
	policy       RetryPolicy // of the last failure
	sameFor      int         // failures of that policy in a row
	firstFailure time.Time   // of that policy in a row
	few          int         // failures of RetryFewTimes in all
}

// Reset makes the next delay a short one, because the operation made progress.
func (r *Retrier) Reset() { r.failures = 0 }

// Run calls attempt until it returns nil, an error that is not to be repeated, or ctx ends.
func (r *Retrier) Run(ctx context.Context, attempt func() *Error) *Error {
	for {
		failure := attempt()
		if failure == nil {
			return nil
		}
		if !r.exhausted(failure) {
			r.last = failure
			if failure = r.delay(ctx, failure); failure == nil {
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
func (r *Retrier) exhausted(failure *Error) bool {
	retry := failure.Retry
	if retry.Policy != r.policy {
		r.policy, r.sameFor, r.firstFailure = retry.Policy, 0, time.Now()
	}
	r.sameFor++
	if !retry.firstFailure.IsZero() {
		r.firstFailure = retry.firstFailure
	}
	switch retry.Policy {
	case RetryNever:
		return true
	case RetryFewTimes:
		r.few++
		return r.few == fewTimes
	case RetryOneMinute:
		// A rate limit may have delayed the attempts of an operation; the client's minute has been the same for all.
		enough := r.sameFor >= fewTimes || !retry.firstFailure.IsZero()
		return enough && time.Since(r.firstFailure) >= oneMinute
	}
	return false
}

// delay waits until the next attempt: a growing time, or longer if the server requires it. It fails if ctx ends, and at
// once if the server requires more time than is left.
func (r *Retrier) delay(ctx context.Context, failure *Error) *Error {
	if deadlineReached(ctx) {
		return ContextError(ctx)
	}
	if r.policy == RetryWhenAllowed {
		return nil
	}
	delay := ratelimit.Backoff(r.failures)
	r.failures++
	if r.policy == RetryOneMinute {
		delay = min(delay, time.Until(r.firstFailure.Add(oneMinute)))
	}
	if err := checkDeadline(ctx, failure.Retry.After); err != nil {
		return err
	}
	delay, ok := beforeDeadline(ctx, delay, time.Second)
	if !ok {
		delay = time.Second // until the deadline
	}
	delay = max(delay, failure.Retry.After)
	r.Log.DebugContext(ctx, "retrying after a delay", "delay", delay, "failure", failure.Error())
	if r.OnDelay != nil {
		r.OnDelay(failure, delay)
	}
	return sleep(ctx, delay)
}
