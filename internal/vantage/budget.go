package vantage

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// budget keeps all requests of one Client within the server's limits. It learns the windows of those limits from the
// answers, and holds a request back until every window that its route belongs to has room. Requests are sent in the
// order in which they were asked for, except that a route which is held back does not hold up the others.
type budget struct {
	log *slog.Logger

	mu      sync.Mutex
	routes  []*route
	queue   []*ticket
	flying  []*ticket // sent, and not answered yet
	waiting int       // exports that are being made or waited for
	timer   *time.Timer

	clock serverClock
	// rounding is how much later than told a window ends: resets are whole seconds, which some servers round down.
	rounding time.Duration
}

// route is what the server limits: a method and a path without the token of an export.
type route struct {
	key string
	// windows are those that the route's own answers have told, one of each limit.
	windows []*window
	// known is set by the first answer. Until then the route may belong to any window.
	known bool
	since time.Time // when its first request was asked for
	// alone lets one request out at a time: the first, so that the window is known before many go, and after a 429, to try
	// whether the server takes requests again.
	alone     bool
	notBefore time.Time // the end of the pause after a 429
	refusals  int       // pauses in a row without a request that was accepted between
}

// ticket is a request's place in the queue, and among those that are under way afterwards.
type ticket struct {
	ctx   context.Context
	route *route
	admit chan error
	sent  time.Time
}

func newBudget(log *slog.Logger) *budget { return &budget{log: log} }

// route returns the route of a request. It is called with mu held.
func (b *budget) route(method, path string) *route {
	const exports = "/data_exports/"
	if before, _, found := strings.Cut(path, exports); found {
		path = before + exports
	}
	key := method + " /" + strings.TrimPrefix(path, "/") // url.URL.JoinPath leaves it out where the host has no path
	i := slices.IndexFunc(b.routes, func(r *route) bool { return r.key == key })
	if i < 0 {
		i = len(b.routes)
		b.routes = append(b.routes, &route{key: key, alone: true, since: time.Now()})
	}
	return b.routes[i]
}

// acquire returns when the request may be sent; release must follow. It fails when ctx ends, and at once when the wait
// that is known to be needed is longer than what is left until the deadline of ctx.
func (b *budget) acquire(ctx context.Context, method, path string) (*ticket, error) {
	if contextOver(ctx) {
		return nil, contextError(ctx)
	}
	asked := time.Now()
	b.mu.Lock()
	t := &ticket{ctx: ctx, route: b.route(method, path), admit: make(chan error, 1)}
	b.queue = append(b.queue, t)
	b.dispatch()
	b.mu.Unlock()

	select {
	case err := <-t.admit:
		if waited := time.Since(asked).Truncate(time.Millisecond); waited > 0 {
			b.log.DebugContext(ctx, "waited", "duration", waited, "reason", "the request budget")
		}
		return t, err
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = withoutTicket(b.queue, t)
	b.flying = withoutTicket(b.flying, t) // it may have been let go in the same moment
	b.dispatch()
	return nil, ctx.Err()
}

// release takes note that a request is over, and learns from its answer, which is nil when there was none. It returns
// how many requests its route has left, or -1 when that is not known.
func (b *budget) release(t *ticket, resp *http.Response) (remaining int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, r := time.Now(), t.route
	b.flying = withoutTicket(b.flying, t)
	told := b.learn(t, resp, now)
	switch {
	case resp == nil:
		r.alone = r.alone && r.refusals > 0
	case resp.StatusCode == http.StatusTooManyRequests:
		b.pause(t, resp.Header, told, now)
	case !t.sent.Before(r.notBefore):
		r.alone, r.refusals = false, 0
	}
	b.dispatch()
	return b.remaining(r, now)
}

// pause holds a route back after a 429: for the Retry-After; without one, until the end of the window that this very
// answer tells to be used up, which holds it back by itself; without either, for a time that grows from 1 s to 30 s.
// The requests that were under way together count as one refusal.
func (b *budget) pause(t *ticket, h http.Header, told *window, now time.Time) {
	r := t.route
	if !t.sent.Before(r.notBefore) {
		r.refusals++
	}
	r.alone = true
	asked, _ := parseRetryAfter(h, now)
	if asked == 0 {
		if told != nil && told.remaining <= 0 {
			return
		}
		asked = growingPause(r.refusals - 1)
	}
	if until := now.Add(asked); until.After(r.notBefore) {
		r.notBefore = until
		b.log.DebugContext(t.ctx, "waiting", "duration", asked,
			"reason", "the server refused a request because of its rate limit (429)")
	}
}

// check fails when it is known that no request of the route can be sent before the deadline of ctx.
func (b *budget) check(ctx context.Context, method, path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.route(method, path).check(ctx, time.Now())
}

func (r *route) check(ctx context.Context, now time.Time) error {
	opens := r.opens(now)
	if !opens.After(now) {
		return nil
	}
	return checkDeadline(ctx, opens.Sub(now), "the account's rate limit asks for a wait")
}

// dispatch lets go the requests for which there is room, and fails those whose deadline comes before there can be any.
// It is called with mu held, after every change.
func (b *budget) dispatch() {
	now := time.Now()
	var wake time.Time
	b.queue = slices.DeleteFunc(b.queue, func(t *ticket) bool {
		if err := t.route.check(t.ctx, now); err != nil {
			t.admit <- err
			return true
		}
		if !t.route.opens(now).After(now) && b.hasRoom(t.route, now) {
			t.sent = now
			b.flying = append(b.flying, t)
			t.admit <- nil
			return true
		}
		// It is looked at again after each answer, and at the latest when time alone may have made room.
		for _, at := range b.changes(t.route) {
			if at.After(now) && (wake.IsZero() || at.Before(wake)) {
				wake = at
			}
		}
		return false
	})
	if b.timer != nil {
		b.timer.Stop()
	}
	if !wake.IsZero() {
		b.timer = time.AfterFunc(wake.Sub(now), func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.dispatch()
		})
	}
}

// hasRoom reports whether one more request of the route can be under way. It is called when the route opens.
func (b *budget) hasRoom(r *route, now time.Time) bool {
	if r.alone && slices.ContainsFunc(b.flying, func(t *ticket) bool { return t.route == r }) {
		return false
	}
	for _, w := range b.windowsOf(r) {
		// A window that a new route may belong to holds it back for a short time only: it may as well have its own.
		counts := r.known || max(w.ends.Sub(now), now.Sub(r.since)) < maxPause
		if counts && b.room(w, now) <= 0 {
			return false
		}
	}
	return true
}

// remaining returns how many requests the windows of a route have left, or -1 when that is not known.
func (b *budget) remaining(r *route, now time.Time) int {
	var left []int
	for _, w := range r.windows {
		if !w.over(now) {
			left = append(left, max(0, b.left(w)))
		}
	}
	if left == nil {
		return -1
	}
	return slices.Min(left)
}

// opens returns the earliest moment at which a request of the route can be sent as far as the server's word goes: now,
// the end of a pause, or the end of a window that is used up.
func (r *route) opens(now time.Time) time.Time {
	at := now
	if r.notBefore.After(at) {
		at = r.notBefore
	}
	for _, w := range r.windows {
		if w.remaining <= 0 && w.ends.After(at) {
			at = w.ends
		}
	}
	return at
}

func withoutTicket(all []*ticket, t *ticket) []*ticket {
	return slices.DeleteFunc(all, func(other *ticket) bool { return other == t })
}
