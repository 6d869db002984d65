package vantage

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

// budget keeps all the requests of one Client within the account's limit. It learns the current window from the
// x-rate-limit headers of every answer, counts what is in flight against it, and hands out places in the order in
// which they were asked for. When the window is spent, or the server has answered 429, it holds everything back
// until it makes sense to go on.
type budget struct {
	log *slog.Logger

	mu       sync.Mutex
	queue    []*ticket
	inFlight int
	waiting  int // exports that are being waited for
	timer    *time.Timer

	// alone lets one request out at a time: at first, so that the window is known before many go, and after
	// a 429, to try whether the server takes requests again.
	alone bool

	window  rateLimit // zero limit: the server has not told
	ends    time.Time // of the window, by the local clock; zero when a new one has begun of which nothing is known yet
	learned time.Time // when the request was sent whose answer told the window
	clock   serverClock

	notBefore time.Time // the pause after a 429
	refusals  int       // pauses in a row without a request that was accepted between
}

// ticket is one request's place in the queue.
type ticket struct {
	ctx   context.Context
	admit chan error
}

func newBudget(log *slog.Logger) *budget { return &budget{log: log, alone: true} }

// acquire returns when the request may be sent; release must follow. It fails when ctx ends, and at once when the
// wait that is known to be needed is longer than what is left until the deadline of ctx.
func (b *budget) acquire(ctx context.Context) error {
	if over(ctx) {
		return ended(ctx)
	}
	t := &ticket{ctx: ctx, admit: make(chan error, 1)}
	asked := time.Now()
	b.mu.Lock()
	b.queue = append(b.queue, t)
	b.dispatch()
	b.mu.Unlock()

	select {
	case err := <-t.admit:
		if waited := time.Since(asked); waited > time.Millisecond {
			b.log.DebugContext(ctx, "waited", "duration", waited, "reason", "the request budget")
		}
		return err
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.queue, t); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
	} else if err := <-t.admit; err == nil {
		b.inFlight-- // it was let go in the same moment
	}
	b.dispatch()
	return ctx.Err()
}

// release gives back a request's place and learns from its answer, which is nil when there was none. It returns how many
// requests the window still has, or -1 when that is not known.
func (b *budget) release(ctx context.Context, sent time.Time, resp *http.Response) (remaining int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.inFlight--
	b.turnOver(now)
	switch {
	case resp == nil:
		b.spend() // the server may have counted it
		b.alone = b.alone && b.refusals > 0
	default:
		b.clock.learn(resp.Header, now)
		b.learn(sent, now, resp)
		if resp.StatusCode == http.StatusTooManyRequests {
			b.pause(ctx, sent, now, resp.Header)
		} else if !sent.Before(b.notBefore) {
			b.alone, b.refusals = false, 0
		}
	}
	b.dispatch()
	if b.window.limit == 0 {
		return -1
	}
	return max(0, b.window.remaining-b.inFlight)
}

// learn takes in what an answer says of the window.
func (b *budget) learn(sent, now time.Time, resp *http.Response) {
	told, ok := parseRateLimit(resp.Header)
	if !ok && b.ends.IsZero() {
		if resp.StatusCode < 500 { // else it may come from a proxy
			b.window = rateLimit{} // the server does not tell any more
		}
		return
	}
	ends := b.clock.local(told.reset)
	if !ok || !ends.After(now) || ends.Sub(now) > maxAsked {
		b.spend()
		return
	}
	switch {
	case told.reset == b.window.reset && told.limit == b.window.limit:
		// Answers overtake each other; within a window the count only falls.
		told.remaining = min(told.remaining, b.window.remaining)
	case sent.Before(b.learned):
		return // of a window that is over
	}
	b.window, b.ends, b.learned = told, ends, sent
}

// spend counts a request of which no answer tells what the window has left.
func (b *budget) spend() {
	if !b.ends.IsZero() {
		b.window.remaining--
	}
}

// turnOver begins a new window when the old one has ended. Others may have used it already: until an answer tells, there is room for
// one request beside those that are still in flight.
func (b *budget) turnOver(now time.Time) {
	if !b.ends.IsZero() && !now.Before(b.ends) {
		b.ends = time.Time{}
		b.window.remaining = b.inFlight + 1
	}
}

// pause holds all requests back after a 429: for Retry-After, else until the window ends, else for a growing time. The
// volley that was in flight together counts as one refusal.
func (b *budget) pause(ctx context.Context, sent, now time.Time, h http.Header) {
	if !sent.Before(b.notBefore) {
		b.refusals++
	}
	b.alone = true
	asked, ok := parseRetryAfter(h, now)
	if told, known := parseRateLimit(h); !ok && known && told.remaining == 0 && b.ends.After(now) {
		asked, ok = b.ends.Sub(now), true
	}
	if !ok || asked == 0 {
		asked = growing(b.refusals - 1)
	}
	if until := now.Add(asked); until.After(b.notBefore) {
		b.notBefore = until
		b.log.DebugContext(ctx, "waiting", "duration", asked, "reason", "the server refused a request because of its rate limit (429)")
	}
}

// dispatch lets go whoever is next as long as there is room, and fails those whose deadline comes before there will
// be. It is called with mu held, after every change.
func (b *budget) dispatch() {
	now := time.Now()
	b.turnOver(now)
	for len(b.queue) > 0 && b.opens(now).Equal(now) && b.free() > 0 {
		b.inFlight++
		b.queue[0].admit <- nil
		b.queue = b.queue[1:]
	}
	wake := b.opens(now)
	if wake.After(now) {
		b.queue = slices.DeleteFunc(b.queue, func(t *ticket) bool {
			err := checkPatience(t.ctx, wake.Sub(now), "the account's rate limit asks for a wait")
			if err != nil {
				t.admit <- err
			}
			return err != nil
		})
	} else {
		wake = b.ends // what is in flight comes back and calls again, or hangs until there is a new window
	}
	if b.timer != nil {
		b.timer.Stop()
	}
	if len(b.queue) > 0 && wake.After(now) {
		b.timer = time.AfterFunc(wake.Sub(now), func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.dispatch()
		})
	}
}

// free returns how many more requests may be in flight.
func (b *budget) free() int {
	switch {
	case b.alone:
		return 1 - b.inFlight
	case b.window.limit == 0:
		return 1
	}
	return b.window.remaining - b.inFlight
}

// opens returns when the next request could be sent as far as the server's word goes: now, the end of a pause, or the end
// of a spent window.
func (b *budget) opens(now time.Time) time.Time {
	at := now
	if b.notBefore.After(at) {
		at = b.notBefore
	}
	if b.window.limit > 0 && b.window.remaining <= 0 && b.ends.After(at) {
		at = b.ends
	}
	return at
}
