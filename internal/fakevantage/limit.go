package fakevantage

import (
	"fmt"
	"net/http"
	"path"
	"time"
)

// RouteLimit is the number of requests to some routes in a window; further requests get a 429. A window starts with its
// first request. Responses report what remained before their own request, and the end of the window in whole seconds,
// rounded down.
type RouteLimit struct {
	Method string
	// Path is a pattern for path.Match, such as "/v2/data_exports/*", where * is one segment. All matching paths share the
	// limit.
	Path     string
	Requests int
	Window   time.Duration
}

// RecordedLimits returns the recorded limits of the service, one per route. The only recorded POST is that of cost
// exports; the others are assumed to have the same limit.
func RecordedLimits() []RouteLimit {
	limits := []RouteLimit{
		{http.MethodGet, "/v2/unit_costs", 5, 5 * time.Second},
		{http.MethodGet, "/v2/cost_reports/*", 10_000, time.Hour},
		{http.MethodGet, "/v2/data_exports/*", 1000, time.Hour},
	}
	for post := range kinds {
		limits = append(limits, RouteLimit{http.MethodPost, post, 100, time.Minute})
	}
	return limits
}

// AsRecorded returns options with the recorded times as well: an export completes after 31 s, and Retry-After is 60.
func AsRecorded() Options { return Options{ReadyAfter: 31 * time.Second, RetryAfter: "60"} }

// window counts the requests of a limit.
type window struct {
	start time.Time
	used  int
}

// limitFor returns the limit that counts a request, and its window, which is nil without a limit. It is called with mu
// held.
func (s *Server) limitFor(method, urlPath string) (RouteLimit, *window) {
	limit := RouteLimit{Requests: s.options.Limit, Window: s.options.Window} // of all routes together
	if limit.Requests == 0 {
		limits := s.options.Limits
		if limits == nil {
			limits = RecordedLimits()
		}
		for _, l := range limits {
			if ok, _ := path.Match(l.Path, urlPath); ok && l.Method == method {
				limit = l
				break
			}
		}
	}
	if limit.Requests == 0 {
		return limit, nil
	}
	w, now := s.windows[limit], s.now()
	if w == nil || !now.Before(w.start.Add(limit.Window)) {
		w = &window{start: now}
		if limit.Path == "" {
			w.start = now.Truncate(limit.Window)
		}
		s.windows[limit] = w
	}
	return limit, w
}

// admit counts a request against its limit, and responds with a 429 if the limit is exhausted.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit, current := s.limitFor(r.Method, r.URL.Path)
	if current == nil {
		return true
	}
	left := limit.Requests - current.used
	ok := left > 0
	if ok {
		current.used++
	}
	if ok && limit.Path == "" {
		left-- // the limit of all routes counts its own request
	}
	ends := current.start.Add(limit.Window)
	if !s.options.SilentLimit {
		w.Header().Set("X-Rate-Limit-Limit", fmt.Sprint(limit.Requests))
		w.Header().Set("X-Rate-Limit-Remaining", fmt.Sprint(left))
		w.Header().Set("X-Rate-Limit-Reset", fmt.Sprint(ends.Unix()))
	}
	if !ok {
		errorsJSON(w, http.StatusTooManyRequests, "Rate limit exceeded")
	}
	return ok
}

// Take uses n requests of the window for such a request, like another client of the account.
func (s *Server) Take(n int, method, urlPath string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit, current := s.limitFor(method, urlPath); current != nil {
		current.used = min(limit.Requests, current.used+n)
	}
}
