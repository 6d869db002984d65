package vantage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// How long a pause is, and how it ends: by its time, or by the context.

const (
	minPause = time.Second
	maxPause = 30 * time.Second
)

// growingPause returns the nth pause (from 0) of a series that doubles from 1 s to 30 s. Jitter takes up to a tenth
// off, so that callers which began together drift apart and none waits longer than the series says.
func growingPause(n int) time.Duration {
	pause := min(minPause<<min(n, 5), maxPause)
	return pause - rand.N(pause/10)
}

// pauseWithinDeadline shortens a pause of our own choosing that would last beyond the deadline of ctx, so that there is
// one last attempt shortly before it.
func pauseWithinDeadline(ctx context.Context, pause time.Duration) time.Duration {
	deadline, ok := ctx.Deadline()
	left := time.Until(deadline)
	switch {
	case !ok || pause < left:
		return pause
	case left > 2*minPause:
		return left - minPause
	}
	return max(left, 0)
}

// contextTimeLeft returns the time until the deadline of ctx, or a day when it has none.
func contextTimeLeft(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return max(0, time.Until(deadline))
	}
	return maxAsked
}

// wakeJitter returns a little time, to keep callers that would wake in the same moment apart.
func wakeJitter() time.Duration { return rand.N(250 * time.Millisecond) }

// sleepFor waits for the given time, or until ctx ends.
func sleepFor(ctx context.Context, pause time.Duration) error {
	// A timer that is due at once can crash a test with the race detector in virtual time: golang/go#78156.
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if contextOver(ctx) {
		return contextError(ctx)
	}
	return nil
}

// contextOver reports whether ctx has ended, or will in this very moment: its own timer and another one that is due
// then come in any order.
func contextOver(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// contextError makes an error of a context that is over.
func contextError(ctx context.Context) *Error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Error{Kind: Interrupted}
	}
	return &Error{Kind: TimedOut}
}

// checkDeadline refuses a pause that the server asks for and that lasts until the deadline of ctx or longer: at once,
// and with both times, rather than sleep towards a certain failure.
func checkDeadline(ctx context.Context, pause time.Duration, why string) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	if left := time.Until(deadline); pause >= left {
		return &Error{Kind: TimedOut, Err: fmt.Errorf("%s of %s, and only %s are left",
			why, pause.Round(time.Second), left.Round(time.Second))}
	}
	return nil
}
