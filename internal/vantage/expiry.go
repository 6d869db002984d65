package vantage

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// urlsValidUntil returns when the first of the files can be read no more: at validUntil, or before, where a URL
// itself says so. It is zero where neither tells.
func urlsValidUntil(files []string, validUntil string) time.Time {
	earliest, _ := ParseTime(validUntil)
	for _, file := range files {
		if at, ok := signatureEnd(file); ok && (earliest.IsZero() || at.Before(earliest)) {
			earliest = at
		}
	}
	return earliest
}

// signatureEnd returns when the signature of a pre-signed URL ends, by its parameters: those of S3 and what is
// compatible with it, of Google's Cloud Storage, of their older forms and of CloudFront, and of Azure's storage.
func signatureEnd(file string) (time.Time, bool) {
	_, query, _ := strings.Cut(file, "?")
	query, _, _ = strings.Cut(query, "#")
	values, _ := url.ParseQuery(query) // what can be read of it is enough
	for _, store := range []string{"X-Amz-", "X-Goog-"} {
		from, known := ParseTime(values.Get(store + "Date"))
		seconds, err := strconv.ParseUint(values.Get(store+"Expires"), 10, 31)
		if known && err == nil {
			return from.Add(time.Duration(seconds) * time.Second), true
		}
	}
	if values.Has("Signature") {
		if unix, err := strconv.ParseUint(values.Get("Expires"), 10, 33); err == nil {
			return time.Unix(int64(unix), 0).UTC(), true //nolint:gosec // of 33 bits
		}
	}
	if values.Has("sig") {
		return ParseTime(values.Get("se"))
	}
	return time.Time{}, false
}
