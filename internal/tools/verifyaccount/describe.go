package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The functions here describe responses in words of this program. Values of the server are shown only if they are a
// number, a plain word or a media type, so that the table contains no token, report or URL.

const other = "other"

func location(e exchange) string {
	value := e.header.Get("Location")
	if value == "" {
		return "none"
	}
	u, err := url.Parse(value)
	if err != nil {
		return other
	}
	form := "relative"
	if u.IsAbs() {
		form = "absolute"
	}
	at := e.url.ResolveReference(u)
	origin := "same origin"
	if at.Scheme != e.url.Scheme || at.Host != e.url.Host {
		origin = "other origin"
	}
	where := "other path"
	if dir, token := path.Split(at.Path); strings.HasSuffix(dir, "/v2/data_exports/") && token != "" {
		where = "/v2/data_exports/TOKEN"
	}
	if at.RawQuery != "" {
		where += " with a query"
	}
	return form + ", " + origin + ", " + where
}

func body(e exchange) string {
	var value any
	switch err := json.Unmarshal(e.body, &value); {
	case len(e.body) == 0:
		return "empty"
	case err != nil:
		return "not JSON"
	}
	switch value := value.(type) {
	case float64:
		return "the number " + strconv.FormatFloat(value, 'f', -1, 64)
	case map[string]any:
		return "an object with " + names(value)
	}
	return other
}

// members returns the names of an object's members.
func members(raw []byte) string {
	var object map[string]any
	if json.Unmarshal(raw, &object) != nil {
		return other
	}
	return names(object)
}

func names(object map[string]any) string {
	found := slices.Collect(maps.Keys(object))
	for i := range found {
		found[i] = word(found[i])
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

var plainWord = regexp.MustCompile(`^[a-z][a-z_]{0,39}$`)

// word returns a plain word unchanged. Tokens contain digits.
func word(s string) string {
	if !plainWord.MatchString(s) {
		return other
	}
	return s
}

// number returns a number unchanged, and "none" if there is none.
func number(s string) string {
	if s == "" {
		return "none"
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) < 10 {
		return strconv.FormatInt(n, 10)
	}
	return other
}

func retryAfter(e exchange) string {
	value := e.header.Get("Retry-After")
	if _, err := http.ParseTime(value); err == nil {
		return "a date"
	}
	return number(value)
}

// remaining compares the remaining requests with the limit: the first response of a window does not count itself.
func remaining(e exchange) string {
	limit, left := e.header.Get("X-Rate-Limit-Limit"), e.header.Get("X-Rate-Limit-Remaining")
	switch {
	case left == "":
		return "none"
	case left == limit:
		return "equal to the limit"
	}
	return "less than the limit"
}

// resets returns when the window ends by the clock of the server.
func resets(e exchange) string {
	at, err := strconv.ParseInt(e.header.Get("X-Rate-Limit-Reset"), 10, 64)
	if err != nil {
		return "none"
	}
	now, err := http.ParseTime(e.header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	switch left := time.Unix(at, 0).Sub(now); {
	case left < 0:
		return "in the past"
	case left <= 5*time.Second:
		return "within 5 seconds"
	case left <= time.Minute:
		return "within a minute"
	case left <= time.Hour:
		return "within an hour"
	}
	return "later"
}

func contentType(e exchange) string {
	value := e.header.Get("Content-Type")
	if value == "" {
		return "none"
	}
	media, _, err := mime.ParseMediaType(value)
	if err != nil || !regexp.MustCompile(`^[a-z]{1,20}/[a-z.+-]{1,40}$`).MatchString(media) {
		return other
	}
	return media
}

// bucket describes the host of a file.
func bucket(u *url.URL) string {
	switch {
	case u.Host == "s3.amazonaws.com":
		return "s3.amazonaws.com, the bucket in the path"
	case strings.HasSuffix(u.Host, ".amazonaws.com"):
		return "other host of S3"
	}
	return other
}

var fileNames = regexp.MustCompile(
	`^.+?(_\d{4}-\d{2}-\d{2}_\d{4}-\d{2}-\d{2})?((?:\.csv|\.json|\.parquet|\.zip)?(?:\.gz)?)$`,
)

// fileName describes the name of a file without the title of the report.
func fileName(u *url.URL) string {
	parts := fileNames.FindStringSubmatch(path.Base(u.Path))
	switch {
	case parts == nil || parts[2] == "":
		return other
	case parts[1] == "":
		return "a name without dates, " + parts[2]
	}
	return "TITLE_START_END" + parts[2]
}

func signedAt(u *url.URL, completed string) string {
	signed, err := time.Parse("20060102T150405Z", u.Query().Get("X-Amz-Date"))
	if err != nil {
		return "none"
	}
	if at, err := time.Parse(time.RFC3339, completed); err == nil && at.Equal(signed) {
		return "completed_at"
	}
	return "other time"
}

func presence(present bool) string {
	if present {
		return "present"
	}
	return "absent"
}

// content detects the type of a file from its first bytes.
func content(beginning []byte) string {
	switch {
	case len(beginning) == 0:
		return "empty"
	case bytes.HasPrefix(beginning, []byte("PAR1")):
		return "Parquet"
	}
	media, _, _ := strings.Cut(http.DetectContentType(beginning), ";")
	return media
}

// resumable reports whether an interrupted download can resume.
func resumable(e exchange) string {
	ranges, tag := e.header.Get("Accept-Ranges") == "bytes", strings.HasPrefix(e.header.Get("ETag"), `"`)
	switch {
	case ranges && tag:
		return "ranges, with an ETag"
	case ranges:
		return "ranges, without an ETag"
	}
	return "no ranges"
}
