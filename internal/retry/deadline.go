package retry

import (
	"context"
	"time"
)

// Ended returns why a context has ended, context.Canceled or context.DeadlineExceeded, or nil if it has not. It has
// ended at its deadline, because its own timer and another that is due then fire in any order.
func Ended(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ctx.Err() == nil && ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// BeforeDeadline shortens a delay so that a last request is sent this long before the deadline of ctx. If that time has
// passed, it returns false, and half of the time that is left.
func BeforeDeadline(ctx context.Context, delay, reserve time.Duration) (time.Duration, bool) {
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

// Sleep waits for the given time, or until ctx ends; then it returns why, as Ended does.
func Sleep(ctx context.Context, delay time.Duration) (ended error) {
	// A timer of zero can crash a test with the race detector in virtual time: golang/go#78156.
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return Ended(ctx)
}
