package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-vantage/internal/vantage"
	"terraform-provider-vantage/internal/vantage/ratelimit"
)

// The functions here describe responses in words of this program, so that the table contains no token, report or URL.

const (
	none     = "none"
	other    = "other"
	anObject = "an object with "
)

// harmless are numbers, plain words and media types. Tokens are words with digits.
var harmless = regexp.MustCompile(`^(-?\d{1,9}|[a-z][a-z_]{0,39}|[a-z]{1,20}/[a-z.+-]{1,40})$`)

// shown returns a value of the server unchanged if it is harmless.
func shown(value string) string {
	_, err := http.ParseTime(value)
	switch {
	case value == "":
		return none
	case err == nil:
		return "a date"
	case !harmless.MatchString(value):
		return other
	}
	return value
}

func choose(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// header describes a header without its parameters, such as a charset.
func header(e exchange, name string) string {
	value, _, _ := strings.Cut(e.header.Get(name), ";")
	return shown(value)
}

func location(e exchange) string {
	value := e.header.Get("Location")
	if value == "" {
		return none
	}
	u, err := url.Parse(value)
	if err != nil {
		return other
	}
	at := e.url.ResolveReference(u)
	isSame := at.Scheme == e.url.Scheme && at.Host == e.url.Host
	dir, token := path.Split(at.Path)
	isExport := strings.HasSuffix(dir, "/v2/data_exports/") && token != ""
	return choose(u.IsAbs(), "absolute", "relative") +
		choose(isSame, ", same origin", ", other origin") +
		choose(isExport, ", /v2/data_exports/TOKEN", ", other path") +
		choose(at.RawQuery == "", "", " with a query")
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
		return anObject + names(value)
	}
	return other
}

func names(object map[string]any) string {
	found := slices.Collect(maps.Keys(object))
	for i := range found {
		found[i] = shown(found[i])
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

// remaining compares the remaining requests with the limit: the first response of a window does not count itself.
func remaining(e exchange) string {
	left := e.header.Get("X-Rate-Limit-Remaining")
	if left == "" {
		return none
	}
	return choose(left == e.header.Get("X-Rate-Limit-Limit"), "equal to the limit", "less than the limit")
}

// resets returns when the window ends by the clock of the server.
func resets(e exchange) string {
	at, err := strconv.ParseInt(e.header.Get("X-Rate-Limit-Reset"), 10, 64)
	if err != nil {
		return none
	}
	switch left := time.Unix(at, 0).Sub(ratelimit.ServerTime(e.header)); {
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

// between returns the time between two times, or "" unless both are reported.
func between(from, to string) string {
	start, started := vantage.ParseTime(from)
	end, ended := vantage.ParseTime(to)
	return choose(started && ended, end.Sub(start).String(), "")
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

// signedAt compares the time of a signature with the time at which the export was completed.
func signedAt(signed, completed string) string {
	signature, ok := vantage.ParseTime(signed)
	if !ok {
		return none
	}
	completion, ok := vantage.ParseTime(completed)
	return choose(ok && signature.Equal(completion), "completed_at", "other time")
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
	if e.header.Get("Accept-Ranges") != "bytes" {
		return "no ranges"
	}
	return choose(strings.HasPrefix(e.header.Get("ETag"), `"`), "ranges, with an ETag", "ranges, without an ETag")
}
