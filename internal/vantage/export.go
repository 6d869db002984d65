package vantage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// DataExport is an export that the API makes in the background.
type DataExport struct {
	// Token identifies the export.
	Token string
	// Status is the server's word; StatusPending where it says nothing.
	Status string
	// CreatedAt is an ISO 8601 time for ParseTime, and ExportType the kind of export. Both are empty while the server
	// does not tell.
	CreatedAt, ExportType string
	// AsOf is when the server said all this, by its own clock where its answer tells it: what is valid by then is
	// judged rightly on a machine whose clock is wrong. Zero where it has said nothing.
	AsOf time.Time
	// Manifest is there when the export is completed, and nil before.
	Manifest *Manifest
	// Attributes is the API's free-form description of what was exported, as JSON. It is nil while the server does not
	// tell.
	Attributes json.RawMessage
	// Messages are the server's words about an export that failed.
	Messages []string

	// AcceptedAt is when the server accepted the request for it, by the local clock. It is zero when that is not known.
	// For some seconds afterwards a 404 does not mean that the export is gone.
	AcceptedAt time.Time

	askedAt    time.Time     // by the local clock, when this client began to ask for it; zero for others' exports
	kind       string        // the path that it was asked for at; empty for others' exports
	retryAfter time.Duration // how long the server asks to wait before the next question
	toldToWait bool          // whether it does
}

// Manifest lists the files of a completed export.
type Manifest struct {
	// Files are pre-signed URLs: each is all it takes to read the file until it expires.
	Files []string
	// CompletedAt and ValidUntil are ISO 8601 times for ParseTime, as the server writes them, and empty where it does
	// not tell, or tells what is no time.
	CompletedAt, ValidUntil string
	// URLsValidUntil is when the first of the URLs expires: at ValidUntil, or before, where a URL's own parameters
	// say so. It is zero where neither tells.
	URLsValidUntil time.Time
	// ValidUntilUnreadable tells that the server does say until when the export is valid, but not in a form of ISO
	// 8601.
	ValidUntilUnreadable bool
}

// The statuses that the API documents.
const (
	StatusPending   = "pending"
	StatusCompleted = "completed"
)

// Failed reports whether the export has ended without files. The documentation names no such status; these are the
// words that can mean nothing else.
func (e *DataExport) Failed() bool {
	switch strings.ToLower(e.Status) {
	case "failed", "error", "errored", "canceled", "cancelled", "expired":
		return true
	}
	return false
}

// Completed reports whether the export is done and its files are there.
func (e *DataExport) Completed() bool { return e.Manifest != nil }

// CreateDataExport asks the API to make an export, with the POST of its kind, and returns it as pending with its token.
// The token comes from the Location header, or from the body where there is no usable Location.
//
// When ctx is cancelled while the request is on its way, the answer is waited for all the same, for Options.Timeout at
// most: it names an export that exists now.
//
// Where five requests in a row are sent and none is answered in a way that tells whether the export was made, it fails,
// and Error.Unconfirmed says how many may have been.
func (c *Client) CreateDataExport(ctx context.Context, r ExportRequest) (*DataExport, error) {
	defer c.budget.startWaiting()()
	asked := r.post(c.workspace)
	export := &DataExport{Status: StatusPending, askedAt: time.Now(), kind: asked.path}
	err := c.do(ctx, call{
		method: http.MethodPost, path: asked.path, query: asked.query, body: asked.body,
		decode: func(resp *http.Response) error {
			var err error
			if export.Token, err = c.createdToken(resp); err != nil {
				return err
			}
			export.AcceptedAt = time.Now()
			export.retryAfter, export.toldToWait = parseRetryAfter(resp.Header, time.Now())
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	c.accepted.note(export.Token, export.AcceptedAt)
	c.log.InfoContext(ctx, "the export is accepted", "export", export.Token, "path", asked.path)
	return export, nil
}

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// ValidToken reports whether s has the form of a token: up to 200 letters, digits, underscores and hyphens.
func ValidToken(s string) bool { return tokenForm.MatchString(s) }

func exportPath(token string) string { return "v2/data_exports/" + token }

// GetDataExport asks for the state of an export once, with GET /v2/data_exports/{token}. It is no error when the export
// is still pending or has failed; see DataExport.Failed and DataExport.Completed. Only Token and AcceptedAt of what it
// takes are used.
//
// An export that was accepted in the last ten seconds, by this client or according to AcceptedAt, may not be known yet
// to the server that answers: its 404 is tried again.
func (c *Client) GetDataExport(ctx context.Context, known *DataExport) (*DataExport, error) {
	if !ValidToken(known.Token) {
		return nil, &Error{Kind: Invalid, Err: fmt.Errorf(
			"%q is not a token: it may only have letters, digits, _ and -", c.redact.text(known.Token))}
	}
	export := &DataExport{Token: known.Token, AcceptedAt: known.AcceptedAt}
	if at, ok := c.accepted.of(known.Token); ok {
		export.AcceptedAt = at
	}
	err := c.do(ctx, call{
		method: http.MethodGet, path: exportPath(export.Token), acceptedAt: export.AcceptedAt,
		// A Location that says where to ask next is not needed: an export keeps its token.
		decode: func(resp *http.Response) error { return c.decodeExport(resp, export) },
	})
	if err != nil {
		e := asError(err)
		e.Token = export.Token
		return nil, e
	}
	return export, nil
}

// decodeExport reads the answer of a GET. What a 202 says beside its status is a courtesy; a 200 has to make sense.
func (c *Client) decodeExport(resp *http.Response, export *DataExport) error {
	raw, err := io.ReadAll(resp.Body)
	done := resp.StatusCode == http.StatusOK
	if err != nil && done {
		return err
	}
	var body struct {
		Status     string          `json:"status"`
		CreatedAt  string          `json:"created_at"`
		ExportType string          `json:"export_type"`
		Manifest   json.RawMessage `json:"manifest"`
		Attributes json.RawMessage `json:"attributes"`
	}
	if err := decodeJSON(raw, &body); err != nil {
		switch {
		case !done:
			body.Status = StatusPending
		case !json.Valid(raw):
			return &Error{Kind: Malformed, Err: errNotJSON}
		default:
			return &Error{Kind: Malformed, Err: errors.New("the answer is not a data export"), fewTimes: true}
		}
	}
	export.Status, export.ExportType = c.redact.text(body.Status), c.redact.text(body.ExportType)
	export.CreatedAt, export.AsOf = shownTime(body.CreatedAt), serverTime(resp.Header)
	export.retryAfter, export.toldToWait = parseRetryAfter(resp.Header, time.Now())
	export.Attributes = body.Attributes
	switch {
	case export.Failed():
		export.Messages = c.redact.messages(raw)
	case strings.EqualFold(export.Status, StatusCompleted):
		manifest, err := decodeManifest(body.Manifest)
		if err != nil && done {
			return &Error{Kind: Malformed, Status: export.Status, Err: err, fewTimes: true}
		}
		export.Manifest = manifest
	case export.Status == "":
		export.Status = StatusPending
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
			return nil, errors.New("the export is completed, but its manifest makes no sense: " +
				"files must be a list of strings, completed_at and valid_until times or null")
		}
	}
	if m == nil || m.Files == nil {
		return nil, errors.New("the export is completed, but its manifest names no files")
	}
	manifest := &Manifest{
		Files:       make([]string, 0, len(*m.Files)),
		CompletedAt: shownTime(m.CompletedAt),
		ValidUntil:  shownTime(m.ValidUntil),
	}
	manifest.ValidUntilUnreadable = m.ValidUntil != "" && manifest.ValidUntil == ""
	for _, file := range *m.Files {
		if file == nil || *file == "" {
			return nil, errors.New("the export is completed, but its manifest lists a file without a URL")
		}
		manifest.Files = append(manifest.Files, *file)
	}
	manifest.URLsValidUntil = urlsValidUntil(manifest.Files, manifest.ValidUntil)
	return manifest, nil
}
