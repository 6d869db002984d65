package fakevantage

import (
	"fmt"
	"net/http"
	"time"
)

// admit counts a request against the limit, and answers it when there is no place for it.
func (s *Server) admit(w http.ResponseWriter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.options
	if o.Limit == 0 {
		return true
	}
	now := s.now()
	s.turnOver(now)
	ok := s.used < o.Limit
	if ok {
		s.used++
	}
	ends := s.window.Add(o.Window)
	if !o.SilentLimit {
		w.Header().Set("X-Rate-Limit-Limit", fmt.Sprint(o.Limit))
		w.Header().Set("X-Rate-Limit-Remaining", fmt.Sprint(o.Limit-s.used))
		w.Header().Set("X-Rate-Limit-Reset", fmt.Sprint(ends.Unix()))
	}
	if !ok {
		if o.RefusalRetryAfter {
			w.Header().Set("Retry-After", seconds(ends.Sub(now)))
		}
		errorsJSON(w, http.StatusTooManyRequests, "Rate limit exceeded")
	}
	return ok
}

func (s *Server) turnOver(now time.Time) {
	if start := now.Truncate(s.options.Window); !start.Equal(s.window) {
		s.window, s.used = start, 0
	}
}

// Take uses up n requests of the current window, as somebody else who shares the account would.
func (s *Server) Take(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turnOver(s.now())
	s.used = min(s.options.Limit, s.used+n)
}
