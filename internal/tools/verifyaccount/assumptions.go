package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// completedExport has the parts of a response to a GET that are compared.
type completedExport struct {
	CreatedAt  string         `json:"created_at"`
	ExportType string         `json:"export_type"`
	Attributes map[string]any `json:"attributes"`
	Manifest   struct {
		Files       []string
		CompletedAt string `json:"completed_at"`
		ValidUntil  string `json:"valid_until"`
	}
}

// rows compares what is assumed about an export type with the exchanges.
func rows(k kind, exchanges []exchange) []row {
	posts := matching(exchanges, func(e exchange) bool { return e.method == http.MethodPost })
	gets := matching(exchanges, func(e exchange) bool { return e.method == http.MethodGet && !e.isFile })
	post, pending := first(posts, http.StatusAccepted), first(gets, http.StatusAccepted)
	if post == nil && len(posts) > 0 {
		post = &posts[len(posts)-1]
	}
	const seconds, minute, hour = "within 5 seconds", "within a minute", "within an hour"
	out := acceptance("POST", post, k.limit, seconds, minute)
	out = append(out, acceptance("GET while pending", pending, []string{"1000"}, seconds, minute, hour)...)
	out = append(out, completion(k, matching(gets, isDone))...)
	return append(out, download(matching(exchanges, func(e exchange) bool { return e.isFile }))...)
}

func isDone(e exchange) bool { return e.status == http.StatusOK }

// acceptance returns what is assumed about a 202.
func acceptance(name string, e *exchange, limit []string, reset ...string) []row {
	out := []row{
		{assumption: "status", assumed: []string{"202"}},
		{assumption: "Location", assumed: []string{"absolute, same origin, /v2/data_exports/TOKEN"}},
		{assumption: "Content-Type", assumed: []string{"application/json"}},
		{assumption: "body", assumed: []string{"the number 202"}},
		{assumption: "Retry-After", assumed: []string{"60"}},
		{assumption: "x-rate-limit-limit", assumed: limit},
		{assumption: "x-rate-limit-reset", assumed: reset},
		{assumption: "x-rate-limit-remaining"},
	}
	switch {
	case e == nil:
	case e.status != http.StatusAccepted: // the rest is not comparable
		out[0].seen = fmt.Sprint(e.status)
	default:
		for i, seen := range []string{
			fmt.Sprint(e.status), location(*e), contentType(*e), body(*e), retryAfter(*e),
			number(e.header.Get("X-Rate-Limit-Limit")), resets(*e), remaining(*e),
		} {
			out[i].seen = seen
		}
	}
	for i := range out {
		out[i].assumption = name + ": " + out[i].assumption
	}
	return out
}

// completion returns what is assumed about responses to a GET of a completed export.
func completion(k kind, done []exchange) []row {
	out := []row{
		{
			assumption: "GET when completed: members",
			assumed:    []string{"attributes created_at export_type manifest status token"},
		},
		{assumption: "GET when completed: x-rate-limit-limit", assumed: []string{"1000"}},
		{assumption: "export_type", assumed: k.exportType},
		{
			assumption: "attributes",
			assumed:    []string{"date_bin end_date groupings report_token schema settings start_date vql"},
		},
		{assumption: "time from created_at to completed_at"},
		{assumption: "time from completed_at to valid_until", assumed: []string{"24h0m0s"}},
		{assumption: "files", assumed: []string{"1"}},
		{assumption: "URL: location", assumed: []string{"s3.amazonaws.com, the bucket in the path"}},
		{assumption: "URL: name", assumed: []string{"TITLE_START_END.csv"}},
		{assumption: "URL: X-Amz-Date", assumed: []string{"completed_at"}},
		{assumption: "URL: X-Amz-Expires", assumed: []string{"21600", "86400"}},
		{assumption: "URL: X-Amz-Security-Token", assumed: []string{"present"}},
		{assumption: "URL: new signature at each GET"},
	}
	if len(done) == 0 {
		return out
	}
	export := decode(done[0])
	manifest := export.Manifest
	seen := []string{
		members(done[0].body),
		number(done[0].header.Get("X-Rate-Limit-Limit")),
		word(export.ExportType),
		names(export.Attributes),
		between(export.CreatedAt, manifest.CompletedAt),
		between(manifest.CompletedAt, manifest.ValidUntil),
		fmt.Sprint(len(manifest.Files)),
	}
	if u := firstURL(export); u != nil {
		seen = append(seen,
			bucket(u),
			fileName(u),
			signedAt(u, manifest.CompletedAt),
			number(u.Query().Get("X-Amz-Expires")),
			presence(u.Query().Has("X-Amz-Security-Token")),
		)
		if again := firstURL(decode(done[len(done)-1])); len(done) > 1 && again != nil {
			seen = append(seen, map[bool]string{true: "no", false: "yes"}[again.RawQuery == u.RawQuery])
		}
	}
	for i := range seen {
		out[i].seen = seen[i]
	}
	return out
}

// download returns what is assumed about the response of a file server.
func download(files []exchange) []row {
	out := []row{
		{assumption: "file: status", assumed: []string{"200"}},
		{assumption: "file: content", assumed: []string{"text/plain"}},
		{assumption: "file: Content-Type"},
		{assumption: "file: resumable", assumed: []string{"ranges, with an ETag"}},
	}
	if len(files) > 0 {
		out[0].seen = fmt.Sprint(files[0].status)
		out[1].seen, out[2].seen, out[3].seen = content(files[0].body), contentType(files[0]), resumable(files[0])
	}
	return out
}

func matching(exchanges []exchange, f func(exchange) bool) []exchange {
	var out []exchange
	for _, e := range exchanges {
		if f(e) {
			out = append(out, e)
		}
	}
	return out
}

func first(exchanges []exchange, status int) *exchange {
	for i := range exchanges {
		if exchanges[i].status == status {
			return &exchanges[i]
		}
	}
	return nil
}

func decode(e exchange) (export completedExport) {
	_ = json.Unmarshal(e.body, &export) // an unreadable part was not observed
	return export
}

func firstURL(export completedExport) *url.URL {
	if len(export.Manifest.Files) == 0 {
		return nil
	}
	u, err := url.Parse(export.Manifest.Files[0])
	if err != nil {
		return nil
	}
	return u
}

func between(from, to string) string {
	start, err := time.Parse(time.RFC3339, from)
	if err != nil {
		return ""
	}
	end, err := time.Parse(time.RFC3339, to)
	if err != nil {
		return ""
	}
	return end.Sub(start).String()
}
