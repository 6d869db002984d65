// Package retry repeats operations that fail: which failures, for how long, and after which delays.
package retry

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"terraform-provider-vantage/internal/vantage/ratelimit"
)

const (
	fewTimes  = 5
	oneMinute = time.Minute
)

// Policy says how long an operation is repeated that fails in the same way.
type Policy int

const (
	// Never is for failures that would repeat.
	Never Policy = iota
	// FewTimes makes at most five such attempts: each may have an effect.
	FewTimes
	// OneMinute repeats for a minute of nothing else.
	OneMinute
	// UntilDeadline repeats until the deadline of the context.
	UntilDeadline
	// WhenAllowed repeats without a delay, because a rate limit delays the next attempt.
	WhenAllowed
)

// Decision says what follows a failed attempt. The zero value is Never.
type Decision struct {
	Policy Policy
	// After is the delay that the server asked for. The operation ends at once if its deadline comes first.
	After time.Duration
	// Since is when the minute of OneMinute started; zero: with the operation's first failure of that policy in a row.
	Since time.Time
	// Ended is not nil if the attempt was not made, or was abandoned, because it would last until the deadline of the
	// context or the context has ended.
	Ended error
}

// Loop repeats one operation, whose failures are of type F.
type Loop[F any] struct {
	Log *slog.Logger
	// OnDelay is called before each delay. It may be nil.
	OnDelay func(failure *F, delay time.Duration)

	failures     int       // since the start or Reset, which makes the delays grow
	policy       Policy    // of the last failure
	sameFor      int       // failures of that policy in a row
	firstFailure time.Time // of that policy in a row
	few          int       // failures of FewTimes in all
}

// Reset makes the next delay a short one, because the operation made progress.
func (l *Loop[F]) Reset() { l.failures = 0 }

// Run calls attempt until it returns no failure, or one that is final. If the context ends first, or would end before
// the next attempt, Run returns why, and the last failure, which is nil if there was none.
func (l *Loop[F]) Run(ctx context.Context, attempt func() (*F, Decision)) (failure *F, ended error) {
	var last *F
	for {
		failure, decision := attempt()
		switch {
		case decision.Ended != nil:
			return last, decision.Ended
		case failure == nil || l.exhausted(decision):
			return failure, nil
		}
		last = failure
		if ended := l.delay(ctx, failure, decision); ended != nil {
			return last, ended
		}
	}
}

// exhausted reports whether a failure is final.
func (l *Loop[F]) exhausted(d Decision) bool {
	if d.Policy != l.policy {
		l.policy, l.sameFor, l.firstFailure = d.Policy, 0, time.Now()
	}
	l.sameFor++
	if !d.Since.IsZero() {
		l.firstFailure = d.Since
	}
	switch d.Policy {
	case Never:
		return true
	case FewTimes:
		l.few++
		return l.few == fewTimes
	case OneMinute:
		// A rate limit may have delayed the attempts of an operation; a minute of all operations is the same for each.
		enough := l.sameFor >= fewTimes || !d.Since.IsZero()
		return enough && time.Since(l.firstFailure) >= oneMinute
	}
	return false
}

// delay waits until the next attempt: a growing time, or longer if the server requires it.
func (l *Loop[F]) delay(ctx context.Context, failure *F, d Decision) (ended error) {
	if ended := Ended(ctx); ended != nil || d.Policy == WhenAllowed {
		return ended
	}
	delay := ratelimit.Backoff(l.failures)
	l.failures++
	if d.Policy == OneMinute {
		delay = min(delay, time.Until(l.firstFailure.Add(oneMinute)))
	}
	deadline, hasDeadline := ctx.Deadline()
	if left := time.Until(deadline); hasDeadline && d.After >= left {
		return fmt.Errorf("the server requires a delay of %s, but only %s are left",
			d.After.Round(time.Second), left.Round(time.Second))
	}
	delay, inTime := BeforeDeadline(ctx, delay, time.Second)
	if !inTime {
		delay = time.Second // until the deadline
	}
	delay = max(delay, d.After)
	l.Log.DebugContext(ctx, "retrying after a delay", "delay", delay, "failure", fmt.Sprint(failure))
	if l.OnDelay != nil {
		l.OnDelay(failure, delay)
	}
	return Sleep(ctx, delay)
}
