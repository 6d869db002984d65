package vantage

import (
	"strings"
	"time"
)

// timeLayouts are the forms of ISO 8601 times that are read. Fractions of seconds are read after each of them.
var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05",
	time.DateOnly, "2006-01-02Z07:00", // the API writes 2023-09-05+00:00
	"20060102T150405Z07:00", // X-Amz-Date
}

// ParseTime reads an ISO 8601 time: RFC 3339, a date alone (its first moment), or the basic form 20060102T150405Z. A
// time without a zone is UTC. It reports false for anything else, and for times before the year 1 or after the year
// 9999.
func ParseTime(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			at = at.UTC()
			return at, at.After(time.Time{}) && at.Year() <= 9999
		}
	}
	return time.Time{}, false
}

// shownTime returns a time as reported, or "" if it cannot be read.
func shownTime(text string) string {
	if _, ok := ParseTime(text); !ok || len(text) > 64 {
		return ""
	}
	return strings.TrimSpace(text)
}
