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

// growing returns the nth pause (from 0) of a series that doubles from 1 s to 30 s. Jitter takes up to a tenth off, so
// that callers which began together drift apart and none waits longer than the series says.
func growing(n int) time.Duration {
	pause := maxPause
	if n < 5 {
		pause = minPause << n
	}
	return pause - time.Duration(rand.Int64N(int64(pause/10)))
}

// lastLook shortens a pause of our own choosing that would last beyond the deadline of ctx: there is one last attempt
// shortly before it, and nobody gives up ahead of it.
func lastLook(ctx context.Context, pause time.Duration) time.Duration {
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

// timeLeft returns the time until the deadline of ctx, or a day when it has none.
func timeLeft(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return max(0, time.Until(deadline))
	}
	return maxAsked
}

// spread returns a little time, to keep callers that would wake in the same moment apart.
func spread() time.Duration { return time.Duration(rand.Int64N(int64(250 * time.Millisecond))) }

// sleep waits for the given time, or until ctx ends.
func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	if over(ctx) {
		return ended(ctx)
	}
	return nil
}

// over reports whether ctx has ended, or will in this very moment: its own timer and another one that is due then come
// in any order.
func over(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// ended makes an error of a context that is over.
func ended(ctx context.Context) *Error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Error{Kind: Interrupted}
	}
	return &Error{Kind: TimedOut}
}

// checkPatience refuses a pause that the server asks for and ctx will not outlast, at once and with both times, rather
// than sleep towards a certain failure.
func checkPatience(ctx context.Context, pause time.Duration, why string) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	if left := time.Until(deadline); pause > left {
		return &Error{Kind: TimedOut, Err: fmt.Errorf("%s of %s, longer than the %s that are left",
			why, pause.Round(time.Second), left.Round(time.Second))}
	}
	return nil
}
