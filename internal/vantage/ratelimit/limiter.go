package ratelimit

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Limiter delays requests until the windows that responses reported have room for them. Each route has a window of its
// own, or shares it with routes that report the same limit and reset. Requests are sent in the order in which they were
// made; a route that has to wait does not delay the others. The zero value is ready to use.
type Limiter struct {
	mu       sync.Mutex
	routes   map[string]*route
	queue    []*Request
	inFlight []*Request
	timer    *time.Timer
}

// route is what the server limits: a method and a path.
type route struct {
	window *window // as last reported; nil if no response reported one
	// probing allows one request at a time: before the first response, and after a 429.
	probing    bool
	retryAt    time.Time // the end of the delay after a 429
	rejections int       // 429 responses in a row; those to requests in flight together count once
}

// Request is one request to a route.
type Request struct {
	limiter *Limiter
	route   *route
	ctx     context.Context
	ready   chan error
	sent    time.Time
}

// DelayError is the error of a request that could only be sent after the deadline of its context.
type DelayError struct {
	// Delay is how long the rate limit delays the request, and Left the time until the deadline.
	Delay, Left time.Duration
}

func (e *DelayError) Error() string {
	return fmt.Sprintf("the rate limit requires a delay of %s, but only %s are left",
		e.Delay.Round(time.Second), e.Left.Round(time.Second))
}

// Acquire returns when a request to the route may be sent; Request.Done must follow. It returns a *DelayError at once if
// the known delay exceeds the deadline of ctx, and the error of ctx when that is done.
func (l *Limiter) Acquire(ctx context.Context, key string) (*Request, error) {
	l.mu.Lock()
	if l.routes == nil {
		l.routes = map[string]*route{}
	}
	if l.routes[key] == nil {
		l.routes[key] = &route{probing: true}
	}
	r := &Request{limiter: l, route: l.routes[key], ctx: ctx, ready: make(chan error, 1)}
	l.queue = append(l.queue, r)
	l.dispatch()
	l.mu.Unlock()
	select {
	case err := <-r.ready:
		return r, err
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = without(l.queue, r)
	l.inFlight = without(l.inFlight, r) // it may have become ready at the same time
	l.dispatch()
	return nil, ctx.Err()
}

// Done ends a request and learns from its response, which is nil if there was none. It returns how many requests the
// route has left in its window, or -1 if that is unknown.
func (r *Request) Done(resp *http.Response) (remaining int) {
	l, route, now := r.limiter, r.route, time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.dispatch()
	l.inFlight = without(l.inFlight, r)
	reported := l.learn(r, resp, now)
	switch {
	case resp == nil:
		route.probing = route.probing && route.rejections > 0
	case resp.StatusCode == http.StatusTooManyRequests:
		route.reject(r, resp.Header, reported, now)
	case !r.sent.Before(route.retryAt):
		route.probing, route.rejections = false, 0
	}
	if w := route.window; w != nil && now.Before(w.ends) {
		return max(0, w.remaining-l.count(w, time.Time{}))
	}
	return -1
}

// reject delays a route after a 429: for its Retry-After; otherwise until the end of a window that is reported to be
// used up; otherwise for a time that doubles from 1 s to 30 s.
func (r *route) reject(request *Request, h http.Header, reported *window, now time.Time) {
	if !request.sent.Before(r.retryAt) {
		r.rejections++
	}
	r.probing = true
	delay, ok := RetryAfter(h)
	switch {
	case ok && delay > 0:
	case reported != nil && reported.remaining <= 0:
		// Both times are rounded down to seconds, so that the window may last up to a second longer.
		reported.ends = reported.ends.Add(time.Second)
		return
	default:
		delay = Backoff(r.rejections - 1)
	}
	if until := now.Add(delay); until.After(r.retryAt) {
		r.retryAt = until
	}
}

// opens returns the earliest time at which a request may be sent as far as responses reported it.
func (r *route) opens() time.Time {
	if w := r.window; w != nil && w.remaining <= 0 && w.ends.After(r.retryAt) {
		return w.ends
	}
	return r.retryAt
}

// dispatch sends the queued requests that may be sent now, and fails those that cannot be sent before their deadline. It
// is called with mu held after every change.
func (l *Limiter) dispatch() {
	now := time.Now()
	var wake time.Time
	l.queue = slices.DeleteFunc(l.queue, func(r *Request) bool {
		opens := r.route.opens()
		deadline, ok := r.ctx.Deadline()
		switch {
		case ok && opens.After(now) && !opens.Before(deadline):
			r.ready <- &DelayError{Delay: opens.Sub(now), Left: deadline.Sub(now)}
			return true
		case !opens.After(now) && l.hasRoom(r.route, now):
			r.sent = now
			l.inFlight = append(l.inFlight, r)
			r.ready <- nil
			return true
		}
		// A response may open the route earlier.
		if w := r.route.window; !opens.After(now) && w != nil && w.ends.After(now) {
			opens = w.ends
		}
		if opens.After(now) && (wake.IsZero() || opens.Before(wake)) {
			wake = opens
		}
		return false
	})
	if l.timer != nil {
		l.timer.Stop()
	}
	if !wake.IsZero() {
		l.timer = time.AfterFunc(wake.Sub(now), func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.dispatch()
		})
	}
}

// hasRoom reports whether one more request of the route may be in flight. When a window is over, one request probes the
// next one, beside requests from before that may never get a response.
func (l *Limiter) hasRoom(r *route, now time.Time) bool {
	w := r.window
	switch {
	case r.probing && slices.ContainsFunc(l.inFlight, func(f *Request) bool {
		return f.route == r && !f.sent.Before(r.retryAt)
	}):
		return false
	case w == nil:
		return true
	case !now.Before(w.ends):
		return l.count(w, w.ends) == 0
	}
	return w.remaining > l.count(w, time.Time{})
}

// count returns how many requests are in flight that were sent since then and may count in the window.
func (l *Limiter) count(w *window, since time.Time) (n int) {
	for _, r := range l.inFlight {
		if r.route.window == w && !r.sent.Before(since) {
			n++
		}
	}
	return n
}

func without(requests []*Request, r *Request) []*Request {
	return slices.DeleteFunc(requests, func(other *Request) bool { return other == r })
}
