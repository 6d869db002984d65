package vantage

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"terraform-provider-vantage/internal/vantage/ratelimit"
)

// CreateDataExport creates an export, with the POST of its type, and returns it as pending with its token. The token is
// taken from the Location header, or from the body without a usable Location.
//
// If ctx is canceled while the request is in flight, the response is awaited for at most Options.Timeout, because it
// names an export that exists.
//
// After five attempts that may have created an export it fails; Error.Unconfirmed counts them.
func (c *Client) CreateDataExport(ctx context.Context, r ExportRequest) (*DataExport, error) {
	post := r.post(c.options.WorkspaceToken)
	export := &DataExport{Status: StatusPending, requestedAt: time.Now(), path: post.path}
	failure := c.do(ctx, call{
		method: http.MethodPost, path: post.path, query: post.query, body: post.body,
		decode: func(resp *http.Response) (err error) {
			export.AcceptedAt, export.hint = time.Now(), ratelimit.RetryAfter(resp.Header)
			export.Token, err = c.createdToken(resp)
			return err
		},
	})
	if failure != nil {
		return nil, failure
	}
	c.history.addCreated(export.Token, export.AcceptedAt)
	c.options.Logger.InfoContext(ctx, "created data export", "export", export.Token, "path", post.path)
	return export, nil
}

func exportPath(token string) string { return "v2/data_exports/" + token }

// GetDataExport polls an export once, with GET /v2/data_exports/{token}. It is no error if the export is still pending
// or has failed; see DataExport.Failed and DataExport.Completed. Of known it uses Token and AcceptedAt.
//
// A 404 within ten seconds of the creation of the export is retried.
func (c *Client) GetDataExport(ctx context.Context, known *DataExport) (*DataExport, error) {
	export, failure := c.getDataExport(ctx, known)
	if failure != nil {
		return nil, failure
	}
	return export, nil
}

func (c *Client) getDataExport(ctx context.Context, known *DataExport) (*DataExport, *Error) {
	if !ValidToken(known.Token) {
		return nil, &Error{Kind: Invalid, Err: fmt.Errorf(
			"%q is not a token: it may only have letters, digits, _ and -", c.redact.Text(known.Token))}
	}
	export := &DataExport{
		Token: known.Token, AcceptedAt: known.AcceptedAt, requestedAt: known.requestedAt, path: known.path,
	}
	if at, ok := c.history.accepted(known.Token); ok {
		export.AcceptedAt = at
	}
	failure := c.do(ctx, call{
		method: http.MethodGet, path: exportPath(export.Token), acceptedAt: export.AcceptedAt,
		decode: func(resp *http.Response) error { return export.decode(resp, c.redact) },
	})
	if failure != nil {
		failure.Token = export.Token
		return nil, failure
	}
	return export, nil
}
