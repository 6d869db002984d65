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

// Manifest lists the files of a completed export.
type Manifest struct {
	// Files are pre-signed URLs, in ascending order of their paths. Anyone with a URL can download the file until it expires.
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

// decodeExport reads the response to a poll. 202 means pending, whatever its body is.
func (c *Client) decodeExport(resp *http.Response, export *DataExport) error {
	raw, err := io.ReadAll(resp.Body)
	pending := resp.StatusCode == http.StatusAccepted
	switch {
	case err != nil && !pending:
		return err
	case err != nil:
		raw = nil
	}
	var body struct {
		Status     *string         `json:"status"`
		CreatedAt  string          `json:"created_at"`
		ExportType string          `json:"export_type"`
		Manifest   json.RawMessage `json:"manifest"`
		Attributes json.RawMessage `json:"attributes"`
	}
	if err := decodeJSON(raw, &body); (err != nil || body.Status == nil) && !pending {
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
	export.Status, export.ExportType = redact.Word(status), redact.Word(body.ExportType)
	export.CreatedAt, export.AsOf = shownTime(body.CreatedAt), ratelimit.ServerTime(resp.Header)
	export.Manifest, export.Attributes = manifest, body.Attributes
	export.hint, _ = ratelimit.RetryAfter(resp.Header)
	if export.Failed() {
		export.Messages, _ = c.redact.Messages(raw)
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
		if err := decodeJSON(raw, &m); err != nil {
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
