package vantage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// UnitCostExportRequest asks for an export of unit costs. Empty fields are left out of the request.
type UnitCostExportRequest struct {
	// CostReportToken names the report whose unit costs are exported. Required.
	CostReportToken string `json:"cost_report_token"`
	// WorkspaceToken is required by the server when the API token sees several workspaces. Default: the client's.
	WorkspaceToken string `json:"workspace_token,omitempty"`
	// StartDate and EndDate, both included, are ISO 8601. Default: the report's own.
	StartDate string `json:"start_date,omitempty"`
	EndDate   string `json:"end_date,omitempty"`
	// DateBin is one of DateBins. Default: the report's own, or day.
	DateBin string `json:"date_bin,omitempty"`
}

// DateBins returns what UnitCostExportRequest.DateBin may be.
func DateBins() []string { return []string{"hour", "day", "week", "month", "quarter"} }

// DataExport is an export that the API makes in the background.
type DataExport struct {
	// Token identifies the export.
	Token string
	// Status is the server's word; StatusPending where it says nothing.
	Status string
	// CreatedAt is an ISO 8601 time, and ExportType the kind of export. Both are empty while the server does not tell.
	CreatedAt, ExportType string
	// Manifest is there when the export is completed, and nil before.
	Manifest *Manifest
	// Attributes is the API's free-form description of what was exported, as decoded from JSON with numbers as
	// json.Number. It is nil while the server does not tell.
	Attributes map[string]any
	// Messages are the server's words about an export that failed.
	Messages []string

	askedAt    time.Time     // by the local clock, when this client began to ask for it; zero for others' exports
	acceptedAt time.Time     // likewise, when the server had taken the request
	kind       string        // the path that it was asked for at; empty for others' exports
	retryAfter time.Duration // how long the server asks to wait before the next question
	toldToWait bool          // whether it does
}

// Manifest lists the files of a completed export.
type Manifest struct {
	// Files are pre-signed addresses: whoever has one can read the file until ValidUntil.
	Files []string
	// CompletedAt and ValidUntil are ISO 8601 times, empty where the server does not tell.
	CompletedAt, ValidUntil string
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

// CreateUnitCostExport asks the API to make an export, with POST /v2/unit_costs/data_exports, and returns it as pending
// with its token. The token comes from the Location header, or from the body where there is no usable Location.
//
// When ctx is cancelled while the request is on its way, the answer is waited for all the same, for Options.Timeout at
// most: it names an export that exists now.
func (c *Client) CreateUnitCostExport(ctx context.Context, r UnitCostExportRequest) (*DataExport, error) {
	defer c.budget.startWaiting()()
	if r.WorkspaceToken == "" {
		r.WorkspaceToken = c.workspace
	}
	export := &DataExport{Status: StatusPending, askedAt: time.Now()}
	export.kind = "v2/unit_costs/data_exports"
	err := c.do(ctx, http.MethodPost, export.kind, r, func(resp *http.Response) error {
		var err error
		if export.Token, err = c.createdToken(resp); err != nil {
			return err
		}
		export.acceptedAt = time.Now()
		export.retryAfter, export.toldToWait = parseRetryAfter(resp.Header, time.Now())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return export, nil
}

func (c *Client) createdToken(resp *http.Response) (string, error) {
	token, err := c.locationToken(resp)
	if err != nil || token != "" {
		return token, err
	}
	var body struct{ Token string }
	raw, _ := io.ReadAll(resp.Body)
	if err := decodeJSON(raw, &body); err == nil && ValidToken(body.Token) {
		return body.Token, nil
	}
	return "", &Error{Kind: Malformed, Err: errors.New("the server accepted the export but named no token for it, neither in a Location header nor in the body; it cannot be followed")}
}

// locationToken returns the last path segment of an answer's Location header, or "" when that is none or cannot be a token.
// Nothing else of a Location is ever used. One that leads to another origin is an error.
func (c *Client) locationToken(resp *http.Response) (string, error) {
	location := resp.Header.Get("Location")
	if location == "" {
		return "", nil
	}
	u, err := url.Parse(location)
	if err != nil {
		return "", nil //nolint:nilerr // an address that cannot be read is not usable, which is no reason to lose the export
	}
	if at := c.base.ResolveReference(u); !sameOrigin(c.base, at) {
		return "", c.foreign("names a Location at", at)
	}
	// Unresolved, so that a dot segment does not make a token of the one before it.
	return lastSegment(u), nil
}

func lastSegment(u *url.URL) string {
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	token := path[strings.LastIndexByte(path, '/')+1:]
	if !ValidToken(token) || token == "data_exports" { // the collection, with no token behind it
		return ""
	}
	return token
}

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// ValidToken reports whether s has the form of a token: up to 200 letters, digits, underscores and hyphens.
func ValidToken(s string) bool { return tokenForm.MatchString(s) }

func exportPath(token string) string { return "v2/data_exports/" + token }

// GetDataExport asks for the state of an export once, with GET /v2/data_exports/{token}. It is no error when the
// export is still pending or has failed; see DataExport.Failed and DataExport.Completed.
func (c *Client) GetDataExport(ctx context.Context, token string) (*DataExport, error) {
	if !ValidToken(token) {
		return nil, &Error{Kind: Malformed, Err: fmt.Errorf("%q is not a token: it may only have letters, digits, _ and -", c.redact.text(token))}
	}
	export := &DataExport{Token: token}
	err := c.do(ctx, http.MethodGet, exportPath(token), nil, func(resp *http.Response) error {
		// Where to ask next is where we asked: an export keeps its token. But a foreign Location is never passed over.
		if _, err := c.locationToken(resp); err != nil {
			return err
		}
		return c.decodeExport(resp, export)
	})
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			e.Token = token
		}
		return nil, err
	}
	return export, nil
}

// decodeExport reads the answer of a GET. What a 202 says beside its status is a courtesy; a 200 has to make sense.
func (c *Client) decodeExport(resp *http.Response, export *DataExport) error {
	raw, _ := io.ReadAll(resp.Body)
	done := resp.StatusCode == http.StatusOK
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
			return &Error{Kind: Malformed, Err: errors.New("the answer is not a data export")}
		}
	}
	export.Status, export.CreatedAt, export.ExportType = c.redact.text(body.Status), body.CreatedAt, body.ExportType
	export.retryAfter, export.toldToWait = parseRetryAfter(resp.Header, time.Now())
	if decodeJSON(body.Attributes, &export.Attributes) != nil {
		export.Attributes = nil // free-form, and not the point of an export
	}
	switch {
	case export.Failed():
		export.Messages = c.redact.messages(raw)
	case strings.EqualFold(export.Status, StatusCompleted):
		manifest, err := decodeManifest(body.Manifest)
		if err != nil && done {
			return &Error{Kind: Malformed, Status: export.Status, Err: err}
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
			return nil, errors.New("the export is completed, but its manifest makes no sense: files must be a list of strings, completed_at and valid_until times or null")
		}
	}
	if m == nil || m.Files == nil {
		return nil, errors.New("the export is completed, but its manifest names no files")
	}
	manifest := &Manifest{Files: make([]string, 0, len(*m.Files)), CompletedAt: m.CompletedAt, ValidUntil: m.ValidUntil}
	for _, file := range *m.Files {
		if file == nil || *file == "" {
			return nil, errors.New("the export is completed, but its manifest lists a file without an address")
		}
		manifest.Files = append(manifest.Files, *file)
	}
	return manifest, nil
}
