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
		if at, ok := signatureExpiry(file); ok && (earliest.IsZero() || at.Before(earliest)) {
			earliest = at
		}
	}
	return earliest
}

// URLLifetime returns the shortest time from signature to expiry that the pre-signed URLs state, such as X-Amz-Expires.
// Unlike the time of expiry it stays the same with each new signature. It is zero if no URL states it.
func URLLifetime(files []string) time.Duration {
	var shortest time.Duration
	for _, file := range files {
		_, lifetime, ok := signature(signatureParameters(file))
		if ok && (shortest == 0 || lifetime < shortest) {
			shortest = lifetime
		}
	}
	return shortest
}

// signatureExpiry returns when the signature of a pre-signed URL expires, according to its parameters: those of S3 and
// compatible stores, of Google Cloud Storage, of their older forms and of CloudFront, and of Azure Blob Storage.
func signatureExpiry(file string) (time.Time, bool) {
	values := signatureParameters(file)
	if signedAt, lifetime, ok := signature(values); ok {
		return signedAt.Add(lifetime), true
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

// signature returns when a URL was signed and for how long, if its parameters state both.
func signature(values url.Values) (signedAt time.Time, lifetime time.Duration, ok bool) {
	for _, store := range []string{"X-Amz-", "X-Goog-"} {
		signedAt, known := ParseTime(values.Get(store + "Date"))
		seconds, err := strconv.ParseUint(values.Get(store+"Expires"), 10, 31)
		if known && err == nil {
			return signedAt, time.Duration(seconds) * time.Second, true
		}
	}
	return time.Time{}, 0, false
}

func signatureParameters(file string) url.Values {
	_, query, _ := strings.Cut(file, "?")
	query, _, _ = strings.Cut(query, "#")
	values, _ := url.ParseQuery(query) // parameters that do not parse are left out
	return values
}
