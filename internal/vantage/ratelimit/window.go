package ratelimit

import (
	"net/http"
	"strconv"
	"time"
)

// window is a period in which the server accepts a number of requests. Routes that report the same limit and reset
// share it. Two windows that agree by coincidence are taken for one, which costs time and no 429.
type window struct {
	limit     int
	remaining int       // without the requests in flight; it only falls
	reset     int64     // Unix time in seconds, by the server's clock
	ends      time.Time // by the local clock
	used      int       // responses to our own requests
	since     time.Time // when the request was sent whose response first reported the window
}

// parseWindow returns the window that the x-rate-limit headers of a response report, nil if they are incomplete,
// inconsistent or absurd.
func parseWindow(h http.Header) *window {
	limit, err1 := strconv.Atoi(h.Get("X-Rate-Limit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-Rate-Limit-Remaining"))
	reset, err3 := strconv.ParseInt(h.Get("X-Rate-Limit-Reset"), 10, 64)
	left := time.Unix(reset, 0).Sub(ServerTime(h))
	if err1 != nil || err2 != nil || err3 != nil || limit <= 0 || remaining < 0 || remaining > limit ||
		left < 0 || left > maxDelay {
		return nil
	}
	return &window{limit: limit, remaining: remaining, reset: reset, ends: time.Now().Add(left)}
}

// matches reports whether both are the same window. Servers may compute the reset for each response, and round it.
func (w *window) matches(other *window) bool {
	return w != nil && w.limit == other.limit && w.reset-1 <= other.reset && other.reset <= w.reset+1
}
