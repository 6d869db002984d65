package vantage

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"terraform-provider-vantage/internal/vantage/ratelimit"
	"terraform-provider-vantage/internal/vantage/redact"
)

// DataExport is an export that the API creates asynchronously.
type DataExport struct {
	// Token identifies the export.
	Token string
	// Status is the status as reported, StatusPending if none was.
	Status string
	// CreatedAt is an ISO 8601 time for ParseTime, and ExportType the export type. Both are empty until they are reported.
	CreatedAt, ExportType string
	// AsOf is the time of the response by the server's clock, which judges expiry correctly on a machine whose clock is
	// wrong. Without a Date header it is the local time.
	AsOf time.Time
	// Manifest lists the files of a completed export. It is nil before.
	Manifest *Manifest
	// Attributes is the API's free-form description of what is exported, a JSON value. It is nil until it is reported.
	Attributes json.RawMessage
	// Messages are the API's messages about an export that failed.
	Messages []string

	// AcceptedAt is when the API accepted the export, by the local clock. Zero if that is unknown. For ten seconds a 404
	// does not mean that the export no longer exists.
	AcceptedAt time.Time

	requestedAt time.Time     // when this client requested it; zero for an existing export
	path        string        // of the request that created it; empty for an existing export
	hint        time.Duration // the delay until the next poll that the API suggests; 0 without one
}

// The statuses that the API documents.
const (
	StatusPending   = "pending"
	StatusCompleted = "completed"
)

// Failed reports whether the export has reached a final status other than completed. The API documents no such status;
// these words can mean nothing else.
func (e *DataExport) Failed() bool {
	switch strings.ToLower(e.Status) {
	case "failed", "error", "errored", "canceled", "cancelled", "expired":
		return true
	}
	return false
}

// Completed reports whether the export has completed, so that it has a manifest.
func (e *DataExport) Completed() bool { return e.Manifest != nil }

// Manifest lists the files of a completed export.
type Manifest struct {
	// Files are pre-signed URLs, in ascending order of their paths. Anyone with a URL can download the file until it
	// expires.
	Files []string
	// CompletedAt and ValidUntil are ISO 8601 times for ParseTime, as reported. They are empty if they are not reported or
	// cannot be read.
	CompletedAt, ValidUntil string
	// URLsValidUntil is when the first of the URLs expires: at ValidUntil, or earlier according to a URL's own parameters.
	// Zero if neither says.
	URLsValidUntil time.Time
	// ValidUntilUnreadable reports whether the API reported an expiry that is not an ISO 8601 time.
	ValidUntilUnreadable bool
}

var errNoExport = errors.New("the response is not a data export")

// decode reads the response to a poll. 202 means pending, whatever its body is, except an HTML page.
func (e *DataExport) decode(resp *http.Response, redactor redact.Redactor) error {
	raw, err := io.ReadAll(resp.Body)
	pending := resp.StatusCode == http.StatusAccepted
	if err != nil && (!pending || errors.Is(err, errHTML)) {
		return err
	}
	var body struct {
		Status     *string         `json:"status"`
		CreatedAt  string          `json:"created_at"`
		ExportType string          `json:"export_type"`
		Manifest   json.RawMessage `json:"manifest"`
		Attributes json.RawMessage `json:"attributes"`
	}
	if err := json.Unmarshal(raw, &body); (err != nil || body.Status == nil) && !pending {
		return errNoExport
	}
	status := StatusPending
	if body.Status != nil && *body.Status != "" {
		status = *body.Status
	}
	var manifest *Manifest
	if strings.EqualFold(status, StatusCompleted) {
		if manifest, err = decodeManifest(body.Manifest); err != nil && !pending {
			return err
		}
	}
	e.Status, e.ExportType = redactor.Word(status), redactor.Word(body.ExportType)
	e.CreatedAt, e.AsOf = shownTime(body.CreatedAt), ratelimit.ServerTime(resp.Header)
	e.Manifest, e.Attributes = manifest, body.Attributes
	e.hint = ratelimit.RetryAfter(resp.Header)
	if e.Failed() {
		e.Messages, _ = redactor.Messages(raw)
	}
	return nil
}

func decodeManifest(raw json.RawMessage) (*Manifest, error) {
	var m *struct {
		Files       *[]*string
		CompletedAt string `json:"completed_at"`
		ValidUntil  string `json:"valid_until"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &m); err != nil {
			return nil, errors.New("malformed manifest: files must be a list of strings, completed_at and valid_until " +
				"times or null")
		}
	}
	if m == nil || m.Files == nil {
		return nil, errors.New("malformed manifest: the export is completed, but files is missing")
	}
	manifest := &Manifest{
		Files:       make([]string, 0, len(*m.Files)),
		CompletedAt: shownTime(m.CompletedAt),
		ValidUntil:  shownTime(m.ValidUntil),
	}
	manifest.ValidUntilUnreadable = m.ValidUntil != "" && manifest.ValidUntil == ""
	for _, file := range *m.Files {
		if file == nil || *file == "" {
			return nil, errors.New("malformed manifest: a file has no URL")
		}
		manifest.Files = append(manifest.Files, *file)
	}
	// The API may list and sign them differently in each response.
	slices.SortStableFunc(manifest.Files, func(a, b string) int {
		before, _, _ := strings.Cut(a, "?")
		after, _, _ := strings.Cut(b, "?")
		return cmp.Compare(before, after)
	})
	manifest.URLsValidUntil = urlsValidUntil(manifest.Files, manifest.ValidUntil)
	return manifest, nil
}
