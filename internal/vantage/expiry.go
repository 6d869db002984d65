package vantage

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// urlsValidUntil returns when the first of the files expires: at validUntil, or earlier if a URL says so. It is zero if
// neither is known.
func urlsValidUntil(files []string, validUntil string) time.Time {
	earliest, _ := ParseTime(validUntil)
	for _, file := range files {
		if at, lifetime, ok := signature(file); ok && (earliest.IsZero() || at.Add(lifetime).Before(earliest)) {
			earliest = at.Add(lifetime)
		}
	}
	return earliest
}

// URLLifetime returns the shortest time from signature to expiry that the pre-signed URLs state. Unlike the time of
// expiry it stays the same with each new signature. It is zero if no URL states it.
func URLLifetime(files []string) time.Duration {
	var shortest time.Duration
	for _, file := range files {
		if _, lifetime, ok := signature(file); ok && (shortest == 0 || lifetime < shortest) {
			shortest = lifetime
		}
	}
	return shortest
}

// signature returns when a URL was signed and for how long, if its X-Amz-Date and X-Amz-Expires state both.
func signature(file string) (signedAt time.Time, lifetime time.Duration, ok bool) {
	_, query, _ := strings.Cut(file, "?")
	values, _ := url.ParseQuery(query) // parameters that do not parse are left out
	signedAt, ok = ParseTime(values.Get("X-Amz-Date"))
	seconds, err := strconv.ParseUint(values.Get("X-Amz-Expires"), 10, 31)
	return signedAt, time.Duration(seconds) * time.Second, ok && err == nil
}
