package vantage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// deadlineReached reports whether ctx has ended, or ends now: its own timer and another that is due then fire in any
// order.
func deadlineReached(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// ContextError returns the error of a context that has ended.
func ContextError(ctx context.Context) *Error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Error{Kind: Interrupted}
	}
	return &Error{Kind: TimedOut}
}

// checkDeadline fails if the server asks for a delay that lasts until the deadline of ctx or longer.
func checkDeadline(ctx context.Context, delay time.Duration) *Error {
	deadline, ok := ctx.Deadline()
	if left := time.Until(deadline); ok && delay >= left {
		return &Error{Kind: TimedOut, Err: fmt.Errorf("the API asked to wait %s, but only %s are left",
			delay.Round(time.Second), left.Round(time.Second))}
	}
	return nil
}

// beforeDeadline shortens a delay so that a last request is sent this long before the deadline of ctx. If that time has
// passed, it returns false, and half of the time that is left.
func beforeDeadline(ctx context.Context, delay, reserve time.Duration) (time.Duration, bool) {
	deadline, ok := ctx.Deadline()
	left := time.Until(deadline)
	switch {
	case !ok || delay < left-reserve:
		return delay, true
	case left > reserve:
		return left - reserve, true
	}
	return left / 2, false
}

// sleep waits for the given time, or until ctx ends.
func sleep(ctx context.Context, delay time.Duration) *Error {
	// A timer of zero can crash a test with the race detector in virtual time: golang/go#78156.
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if deadlineReached(ctx) {
		return ContextError(ctx)
	}
	return nil
}

// timeWaited returns how long a call has lasted, at most until the deadline of ctx: a POST that was sent is not
// abandoned at the deadline.
func timeWaited(ctx context.Context, started time.Time) time.Duration {
	waited := time.Since(started)
	if deadline, ok := ctx.Deadline(); ok {
		waited = min(waited, deadline.Sub(started))
	}
	return waited
}
