package ratelimit

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Limiter delays requests until the windows that responses reported allow them. Requests are sent in the order in which
// they were made; a route that has to wait does not delay the others. The zero value is ready to use.
type Limiter struct {
	mu       sync.Mutex
	routes   map[string]*route
	queue    []*Request
	inFlight []*Request
	timer    *time.Timer
}

// route is what the server limits: a method and a path.
type route struct {
	window *window // as last reported; nil if unknown
	// probing allows one request at a time since opensAt: before the first response, when a window is over, and after a
	// 429.
	probing    bool
	opensAt    time.Time
	rejections int // 429 responses in a row; those to requests in flight together count once
}

// Request is one request to a route.
type Request struct {
	limiter *Limiter
	route   *route
	ctx     context.Context
	ready   chan error
	sent    time.Time
}

// Acquire returns when a request to the route may be sent; Request.Done must follow. It fails at once if the known
// delay exceeds the deadline of ctx, and with the error of ctx when that is done.
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

// Done ends a request and learns from its response, which is nil if there was none.
func (r *Request) Done(resp *http.Response) {
	l, route := r.limiter, r.route
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.dispatch()
	l.inFlight = without(l.inFlight, r)
	reported := l.learn(r, resp)
	switch {
	case resp == nil:
		route.probing = route.probing && route.rejections > 0
	case resp.StatusCode == http.StatusTooManyRequests:
		route.reject(r, resp.Header, reported)
	case reported == nil && resp.StatusCode >= http.StatusInternalServerError: // it may come from a gateway
	case !r.sent.Before(route.opensAt):
		route.probing, route.rejections = false, 0
	}
}

// reject delays a route after a 429: for its Retry-After; otherwise, if it is the first in a row, until the end of a
// window that is reported to be used up; otherwise for a time that doubles from 1 s to 30 s.
func (r *route) reject(request *Request, h http.Header, reported *window) {
	if r.rejections == 0 || !request.sent.Before(r.opensAt) {
		r.rejections++
	}
	delay := RetryAfter(h)
	switch {
	case delay > 0:
	case reported != nil && reported.remaining <= 0 && r.rejections <= 1:
		// Reset and Date are rounded down to seconds, so that the window may last up to a second longer.
		if ends := parseWindow(h).ends.Add(time.Second); ends.After(reported.ends) {
			reported.ends = ends
		}
	default:
		delay = Backoff(r.rejections - 1)
	}
	r.probeFrom(time.Now().Add(delay))
}

// probeFrom makes the route send one request at a time from then on.
func (r *route) probeFrom(at time.Time) {
	r.probing = true
	if at.After(r.opensAt) {
		r.opensAt = at
	}
}

// dispatch sends the queued requests that may be sent now, and fails those that cannot be sent before their deadline.
// It is called with mu held after every change.
func (l *Limiter) dispatch() {
	now := time.Now()
	for _, r := range l.routes {
		if r.window != nil && !now.Before(r.window.ends) {
			r.probeFrom(r.window.ends)
			r.window = nil
		}
	}
	var wake time.Time
	var waiting []*Request
	for _, r := range l.queue {
		opens := r.route.opensAt
		if w := r.route.window; w != nil && w.remaining <= 0 && w.ends.After(opens) {
			opens = w.ends
		}
		deadline, ok := r.ctx.Deadline()
		switch {
		case ok && opens.After(now) && !opens.Before(deadline):
			r.ready <- fmt.Errorf("the rate limit requires a delay of %s, but only %s are left",
				opens.Sub(now).Round(time.Second), deadline.Sub(now).Round(time.Second))
			continue
		case !opens.After(now) && l.isAvailable(r.route):
			r.sent = now
			l.inFlight = append(l.inFlight, r)
			r.ready <- nil
			continue
		case !opens.After(now) && r.route.window != nil:
			opens = r.route.window.ends // unless a response comes first
		}
		if opens.After(now) && (wake.IsZero() || opens.Before(wake)) {
			wake = opens
		}
		waiting = append(waiting, r)
	}
	l.queue = waiting
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

// isAvailable reports whether one more request of the route may be in flight. Requests from before a probe do not
// prevent it: they may never get a response.
func (l *Limiter) isAvailable(r *route) bool {
	if r.probing {
		return !slices.ContainsFunc(l.inFlight, func(f *Request) bool {
			return f.route == r && !f.sent.Before(r.opensAt)
		})
	}
	inFlight := 0 // requests that may count in the window
	for _, f := range l.inFlight {
		if f.route.window == r.window || f.route.window == nil {
			inFlight++
		}
	}
	return r.window == nil || r.window.remaining > inFlight
}

func without(requests []*Request, r *Request) []*Request {
	return slices.DeleteFunc(requests, func(other *Request) bool { return other == r })
}

// learn updates the window of a request's route from its response, and returns the window that the response reported,
// if any. Without a report the request is counted in the window that is known.
func (l *Limiter) learn(r *Request, resp *http.Response) *window {
	var reported *window
	if resp != nil {
		reported = parseWindow(resp.Header)
	}
	w := r.route.window
	switch {
	case reported == nil && w != nil:
		w.remaining--
		return nil
	case reported == nil || w != nil && !w.matches(reported) && r.sent.Before(w.since):
		return nil // without a report, or overtaken by a response about a later window
	case !w.matches(reported):
		w, reported.since = reported, r.sent
		for _, other := range l.routes {
			if other.window.matches(reported) {
				w = other.window
			}
		}
		r.route.window = w
	}
	w.used++
	// The response may report what was left before its own request.
	w.remaining = min(w.remaining, reported.remaining, w.limit-w.used)
	if reported.ends.After(w.ends) {
		w.ends = reported.ends
	}
	return w
}
