// Package ratelimit keeps requests within the rate limits that a server reports in its responses.
package ratelimit

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxDelay is the longest delay or window that a header may ask for. The API has none that is longer than a day.
const maxDelay = 24 * time.Hour

// RetryAfter returns the delay that a Retry-After header asks for, in seconds or as an HTTP date. A date is compared
// with the server's own clock if the response has a Date header. The delay is zero if the value is missing, unreadable,
// in the past or above 24 hours.
func RetryAfter(h http.Header) (delay time.Duration) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		delay = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		delay = at.Sub(ServerTime(h))
	}
	if delay < 0 || delay > maxDelay {
		return 0
	}
	return delay
}

// ServerTime returns the time of a response by the server's clock, or by the local clock if it has no Date header.
func ServerTime(h http.Header) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return time.Now()
}
