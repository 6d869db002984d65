package vantage

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"terraform-provider-vantage/internal/vantage/ratelimit"
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
	// wrong. Zero without a response.
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
	pollAtOnce  bool          // whether the API suggests no delay
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

// CreateDataExport creates an export, with the POST of its type, and returns it as pending with its token. The token is
// taken from the Location header, or from the body without a usable Location.
//
// If ctx is canceled while the request is in flight, the response is awaited for at most Options.Timeout, because it names
// an export that exists.
//
// After five attempts in a row that may have created an export it fails; Error.Unconfirmed counts all of them.
func (c *Client) CreateDataExport(ctx context.Context, r ExportRequest) (*DataExport, error) {
	post := r.post(c.options.WorkspaceToken)
	export := &DataExport{Status: StatusPending, requestedAt: time.Now(), path: post.path}
	err := c.do(ctx, call{
		method: http.MethodPost, path: post.path, query: post.query, body: post.body,
		decode: func(resp *http.Response) error {
			var err error
			if export.Token, err = c.createdToken(resp); err != nil {
				return err
			}
			export.AcceptedAt = time.Now()
			hint, ok := ratelimit.RetryAfter(resp.Header)
			export.hint, export.pollAtOnce = hint, ok && hint == 0
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	c.accepted.add(export.Token, export.AcceptedAt)
	c.options.Logger.InfoContext(ctx, "created data export", "export", export.Token, "path", post.path)
	return export, nil
}

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// ValidToken reports whether s has the form of a token: up to 200 letters, digits, underscores and hyphens.
func ValidToken(s string) bool { return tokenForm.MatchString(s) }

func exportPath(token string) string { return "v2/data_exports/" + token }

// exportInPath matches the token of an export in the path of a request.
var exportInPath = regexp.MustCompile(`/data_exports/.*`)

// GetDataExport polls an export once, with GET /v2/data_exports/{token}. It is no error if the export is still pending or
// has failed; see DataExport.Failed and DataExport.Completed. Of known it uses Token and AcceptedAt.
//
// A 404 within ten seconds of the creation of the export is retried.
func (c *Client) GetDataExport(ctx context.Context, known *DataExport) (*DataExport, error) {
	if !ValidToken(known.Token) {
		return nil, &Error{Kind: Invalid, Err: fmt.Errorf(
			"%q is not a token: it may only have letters, digits, _ and -", c.redact.Text(known.Token))}
	}
	export := &DataExport{
		Token: known.Token, AcceptedAt: known.AcceptedAt, requestedAt: known.requestedAt, path: known.path,
	}
	if at, ok := c.accepted.get(known.Token); ok {
		export.AcceptedAt = at
	}
	err := c.do(ctx, call{
		method: http.MethodGet, path: exportPath(export.Token), acceptedAt: export.AcceptedAt,
		decode: func(resp *http.Response) error { return c.decodeExport(resp, export) },
	})
	if err != nil {
		e := asError(err)
		e.Token = export.Token
		return nil, e
	}
	return export, nil
}

// notFoundGrace is how long after its creation an export may be unknown to the server that responds to a poll.
const notFoundGrace = 10 * time.Second

// acceptances remembers when each export was accepted that this client created.
type acceptances struct {
	mu      sync.Mutex
	byToken map[string]time.Time
}

func (a *acceptances) add(token string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byToken == nil {
		a.byToken = map[string]time.Time{}
	}
	a.byToken[token] = at
}

func (a *acceptances) get(token string) (at time.Time, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok = a.byToken[token]
	return at, ok
}
