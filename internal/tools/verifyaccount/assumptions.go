package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// row is a property of the API with the value that the provider assumes and the value that was observed.
type row struct {
	property string
	assumed  string // any of the values between " or "; empty if unknown
	seen     string // empty if not observed
}

// rows compares what is assumed about an export type with the exchanges.
func rows(k kind, exchanges []exchange) []row {
	var post, pending, completed, again, file exchange
	for _, e := range exchanges {
		switch {
		case e.method == http.MethodPost:
			post = e
		case e.isFile && file.status == 0:
			file = e
		case e.isFile: // only the first file is compared
		case e.status == http.StatusAccepted && pending.status == 0:
			pending = e
		case e.status == http.StatusOK && completed.status == 0:
			completed = e
		case e.status == http.StatusOK:
			again = e
		}
	}
	return slices.Concat(
		acceptance("POST", post, k.limit, "within 5 seconds or within a minute"),
		acceptance("GET while pending", pending, "1000", "within 5 seconds or within a minute or within an hour"),
		completion(completed, again, k.exportType),
		seenIf(file.status != 0,
			row{"file: status", "200", strconv.Itoa(file.status)},
			row{"file: content", "text/plain", content(file.body)},
			row{"file: Content-Type", "", header(file, "Content-Type")},
			row{"file: resumable", "ranges, with an ETag", resumable(file)},
		),
	)
}

// acceptance compares what is assumed about a 202.
func acceptance(name string, e exchange, limit, reset string) []row {
	return slices.Concat(
		seenIf(e.status != 0, row{name + ": status", "202", strconv.Itoa(e.status)}),
		seenIf(e.status == http.StatusAccepted, // the rest of another response is not comparable
			row{name + ": Location", "absolute, same origin, /v2/data_exports/TOKEN", location(e)},
			row{name + ": Content-Type", "application/json", header(e, "Content-Type")},
			row{name + ": body", "the number 202", body(e)},
			row{name + ": Retry-After", "60", header(e, "Retry-After")},
			row{name + ": x-rate-limit-limit", limit, header(e, "X-Rate-Limit-Limit")},
			row{name + ": x-rate-limit-reset", reset, resets(e)},
			row{name + ": x-rate-limit-remaining", "", remaining(e)},
		),
	)
}

// completion compares what is assumed about the response to a GET of a completed export, and to another GET.
func completion(e, again exchange, exportType string) []row {
	export := decode(e)
	manifest := export.Manifest
	u, later := firstURL(export), firstURL(decode(again))
	parameters := u.Query()
	return slices.Concat(
		seenIf(e.status != 0,
			row{
				"GET when completed: members",
				"attributes created_at export_type manifest status token",
				strings.TrimPrefix(body(e), anObject),
			},
			row{"GET when completed: x-rate-limit-limit", "1000", header(e, "X-Rate-Limit-Limit")},
			row{"export_type", exportType, shown(export.ExportType)},
			row{
				"attributes",
				"date_bin end_date groupings report_token schema settings start_date vql",
				names(export.Attributes),
			},
			row{"time from created_at to completed_at", "", between(export.CreatedAt, manifest.CompletedAt)},
			row{"time from completed_at to valid_until", "24h0m0s", between(manifest.CompletedAt, manifest.ValidUntil)},
			row{"files", "1", strconv.Itoa(len(manifest.Files))},
		),
		seenIf(u.Path != "",
			row{"URL: location", "s3.amazonaws.com, the bucket in the path", bucket(u)},
			row{"URL: name", "TITLE_START_END.csv", fileName(u)},
			row{"URL: X-Amz-Date", "completed_at", signedAt(parameters.Get("X-Amz-Date"), manifest.CompletedAt)},
			row{"URL: X-Amz-Expires", "21600 or 86400", shown(parameters.Get("X-Amz-Expires"))},
			row{"URL: X-Amz-Security-Token", "present", choose(parameters.Has("X-Amz-Security-Token"), "present", "absent")},
		),
		seenIf(u.Path != "" && later.Path != "",
			row{"URL: new signature at each GET", "", choose(u.RawQuery == later.RawQuery, "no", "yes")},
		),
	)
}

// seenIf removes from rows what was not observed.
func seenIf(observed bool, rows ...row) []row {
	if !observed {
		for i := range rows {
			rows[i].seen = ""
		}
	}
	return rows
}

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

func decode(e exchange) (export completedExport) {
	_ = json.Unmarshal(e.body, &export) // an unreadable part was not observed
	return export
}

// firstURL returns the URL of the first file, or an empty one.
func firstURL(export completedExport) *url.URL {
	if len(export.Manifest.Files) > 0 {
		if u, err := url.Parse(export.Manifest.Files[0]); err == nil {
			return u
		}
	}
	return &url.URL{}
}
