package ratelimit

import (
	"net/http"
	"time"
)

// window is a period in which the server accepts a number of requests. Routes that report the same limit and reset share
// it. Two windows that agree by coincidence are taken for one until they differ, which costs time and no 429.
type window struct {
	limit     int
	reset     int64     // as reported
	ends      time.Time // by the local clock
	remaining int       // without the requests in flight; it only falls
	used      int       // responses to our own requests
	since     time.Time // when the request was sent whose response first reported the window
}

func (w *window) matches(rep report) bool {
	// Servers may compute the reset for each response, and round it.
	return w.limit == rep.limit && w.reset-1 <= rep.reset && rep.reset <= w.reset+1
}

// learn updates the window of a request's route from its response, and returns the window that the response reported, if
// any. Without a report the request is counted in the window that is known.
func (l *Limiter) learn(r *Request, resp *http.Response, now time.Time) *window {
	var rep report
	ok := false
	if resp != nil {
		rep, ok = parseReport(resp.Header)
	}
	w := r.route.window
	switch {
	case ok:
	case w != nil && now.Before(w.ends):
		w.remaining--
		return nil
	default:
		if resp != nil && resp.StatusCode < http.StatusInternalServerError { // otherwise it may come from a gateway
			r.route.window = nil
		}
		return nil
	}
	w = l.reportedWindow(r, rep, now)
	if w == nil {
		return nil
	}
	w.used++
	// The response may report what was left before its own request.
	w.remaining = min(w.remaining, rep.remaining, w.limit-w.used)
	if ends := now.Add(rep.left); ends.After(w.ends) {
		w.ends = ends
	}
	return w
}

// reportedWindow returns the window that a response reports, which becomes that of the route. It returns nil if the
// response was overtaken by a response about a later window.
func (l *Limiter) reportedWindow(r *Request, rep report, now time.Time) *window {
	current := r.route.window
	if current != nil && current.matches(rep) {
		return current
	}
	for _, other := range l.routes {
		if w := other.window; w != nil && w.matches(rep) && now.Before(w.ends) {
			r.route.window = w
			return w
		}
	}
	next := window{limit: rep.limit, reset: rep.reset, remaining: rep.limit, since: r.sent}
	switch {
	case current == nil:
		r.route.window = &next
	case r.sent.Before(current.since):
		return nil
	case current.limit == rep.limit && !now.Before(current.ends):
		*current = next // for all routes that share it
	default:
		r.route.window = &next
	}
	return r.route.window
}
