package vantage

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxAsked is the longest pause or window that a header is believed. Nothing of the API's lasts longer than a day.
const maxAsked = 24 * time.Hour

// parseRetryAfter returns how long the answer asks to wait, from now: its Retry-After header in seconds, or as an
// HTTP date, which is read against the server's own clock where the answer tells it. A value that is absent,
// negative, past, or absurd is none.
func parseRetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		wait := time.Duration(seconds) * time.Second
		return wait, wait <= maxAsked
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	wait := at.Sub(now)
	return wait, wait >= 0 && wait <= maxAsked
}

// rateLimit is what the x-rate-limit headers of one answer say.
type rateLimit struct {
	limit     int
	remaining int
	reset     int64 // Unix time, whole seconds, by the server's clock
}

// parseRateLimit returns the limits an answer tells, where all three of them are there and agree with each other.
func parseRateLimit(h http.Header) (rateLimit, bool) {
	limit, err1 := strconv.Atoi(h.Get("X-Rate-Limit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-Rate-Limit-Remaining"))
	reset, err3 := strconv.ParseInt(h.Get("X-Rate-Limit-Reset"), 10, 64)
	ok := err1 == nil && err2 == nil && err3 == nil && limit > 0 && remaining >= 0 && remaining <= limit
	return rateLimit{limit, remaining, reset}, ok
}

// serverClock learns how far the server's clock is ahead of ours, at least, from the Date headers of its answers. Each
// tells whole seconds only, of a moment between request and answer; answers that came at different fractions of a
// second tell it more closely.
type serverClock struct {
	known bool
	ahead time.Duration
}

// learn takes in the Date header of an answer that came at now to a request that was sent before.
func (c *serverClock) learn(h http.Header, sent, now time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	least, most := date.Sub(now), date.Sub(sent)+time.Second
	if !c.known || most < c.ahead {
		// The first, or one of the clocks was set.
		c.known, c.ahead = true, least
		return
	}
	c.ahead = max(c.ahead, least)
}

// local returns the local time of a moment by the server's clock, or a little after it, never before.
func (c *serverClock) local(unix int64) time.Time {
	return time.Unix(unix, 0).Add(-c.ahead)
}
