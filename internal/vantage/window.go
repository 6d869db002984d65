package vantage

import (
	"net/http"
	"slices"
	"time"
)

// window is a time in which the server takes so many requests of some routes. It is known by its limit and its end:
// routes whose answers tell the same of both share it. Two windows that agree in both by chance are taken for one,
// which costs time and no refusal.
type window struct {
	limit     int
	reset     int64     // as told, by the server's clock
	ends      time.Time // by the local clock, or a little later
	remaining int       // what the server has left, those under way not counted; it only falls
	answered  int       // our own requests in it
	shared    bool      // others have used it too
	learned   time.Time // when the request was sent whose answer first told of it
	told      time.Time // when an answer told of it last
}

// over reports whether a new window has begun, of which nothing is known until an answer tells.
func (w *window) over(now time.Time) bool { return !now.Before(w.ends) }

// room returns how many more requests of the window's routes can be sent now. When it is over, others may have used the
// new one already: until an answer tells, one request goes alone, beside those from before that may never be answered.
// Where others use it, what was told last may be gone by now, so that half of it is sent at a time, and one request a
// second when it was told longer ago than that.
func (b *budget) room(w *window, now time.Time) int {
	switch {
	case w.over(now):
		return 1 - b.flyingIn(w, w.ends)
	case w.shared && now.Sub(w.told) > minPause:
		return min(b.left(w), 1-b.flyingIn(w, now.Add(-minPause)))
	case w.shared:
		return (w.remaining+1)/2 - b.flyingIn(w, time.Time{})
	}
	return b.left(w)
}

// changes returns the moments at which the route may come to have room with no answer.
func (b *budget) changes(r *route) []time.Time {
	all := []time.Time{r.notBefore, r.since.Add(maxPause)}
	for _, w := range b.windowsOf(r) {
		all = append(all, w.ends)
	}
	for _, t := range b.flying {
		all = append(all, t.sent.Add(minPause+time.Millisecond)) // see room
	}
	return all
}

// left returns how many requests the server has left in a window that is not over, when those under way are counted.
func (b *budget) left(w *window) int { return w.remaining - b.flyingIn(w, time.Time{}) }

// flyingIn returns how many requests are under way that were sent since then and may count in a window.
func (b *budget) flyingIn(w *window, since time.Time) (n int) {
	for _, t := range b.flying {
		if !t.sent.Before(since) && (!t.route.known || slices.Contains(t.route.windows, w)) {
			n++
		}
	}
	return n
}

// learn takes in the answer to a request, nil when there was none, and returns the window that it tells of, if it does.
func (b *budget) learn(t *ticket, resp *http.Response, now time.Time) (told *window) {
	r := t.route
	if resp != nil {
		b.clock.learn(resp.Header, t.sent, now)
		told = b.toldWindow(t, resp, now)
		if resp.StatusCode < http.StatusInternalServerError { // else it may come from a proxy
			r.known = true
			r.windows = slices.DeleteFunc(r.windows, func(w *window) bool {
				return w != told && w.over(t.sent) // the server does not tell of it any more
			})
		}
	}
	for _, w := range r.windows {
		if w.over(now) {
			continue
		}
		if w != told {
			w.remaining--
		}
		// What is told may be what was left before the request itself.
		w.answered++
		w.shared = w.shared || w.remaining < w.limit-w.answered-len(b.flying)
		w.remaining = min(w.remaining, w.limit-w.answered)
	}
	return told
}

// toldWindow returns the window that an answer tells of, with what the answer says of it taken in. The route belongs to
// it from now on.
func (b *budget) toldWindow(t *ticket, resp *http.Response, now time.Time) *window {
	told, ok := parseRateLimit(resp.Header)
	if !ok {
		return nil
	}
	ends := b.clock.local(told.reset).Add(b.rounding)
	refused := resp.StatusCode == http.StatusTooManyRequests && told.remaining == 0
	if late := now.Sub(ends); refused && late >= 0 && late < time.Second && b.rounding == 0 {
		b.rounding = time.Second // it refuses in the second after the reset that it tells
		ends = ends.Add(b.rounding)
	}
	if !ends.After(now) || ends.Sub(now) > maxAsked {
		return nil
	}
	w := b.join(t, told, now)
	if w != nil {
		w.told = now
		w.remaining = min(w.remaining, told.remaining)
		if ends.After(w.ends) {
			w.ends = ends
		}
	}
	return w
}

// join makes the route of a request belong to the window that its answer tells, and returns it. It returns nil when
// a later request's answer has told of another window with this limit.
func (b *budget) join(t *ticket, told rateLimit, now time.Time) *window {
	ofLimit := func(w *window) bool { return w.limit == told.limit }
	// Ends that are a second apart are the same: servers compute them at each request, and round.
	same := findWindow(b.routes, func(w *window) bool {
		return ofLimit(w) && w.reset-1 <= told.reset && told.reset <= w.reset+1 && !w.over(now)
	})
	before := findWindow([]*route{t.route}, ofLimit)
	if before == nil {
		before = findWindow(b.routes, func(w *window) bool { return ofLimit(w) && w.over(now) })
	}
	w := &window{limit: told.limit, reset: told.reset, remaining: told.limit, learned: t.sent}
	switch {
	case same != nil:
		w = same
	case before == nil:
	case before.over(now):
		*before = *w // for all routes that belong to it
		w = before
	case t.sent.Before(before.learned):
		return nil
	}
	t.route.windows = append(slices.DeleteFunc(t.route.windows, ofLimit), w)
	return w
}

// findWindow returns such a window of some routes, or nil where there is none.
func findWindow(routes []*route, such func(*window) bool) *window {
	for _, r := range routes {
		if i := slices.IndexFunc(r.windows, such); i >= 0 {
			return r.windows[i]
		}
	}
	return nil
}

// windowsOf returns the windows that the route belongs to, or all while no answer has told, since it may belong to any.
func (b *budget) windowsOf(r *route) []*window {
	if r.known {
		return r.windows
	}
	var all []*window
	for _, other := range b.routes {
		all = append(all, other.windows...)
	}
	return all
}
