package exportfile

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage"
	"terraform-provider-vantage/internal/vantage/ratelimit"
	"terraform-provider-vantage/internal/vantage/redact"
)

// maybeExpired has the statuses with which file servers reject a URL after the expiry of its signature, or of the
// credentials that signed it.
var maybeExpired = []int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone,
}

// noDataFor is the cause of a request that is canceled because no data was received for this time.
type noDataFor time.Duration

// Error implements error.
func (d noDataFor) Error() string { return fmt.Sprintf("no data for %s", time.Duration(d)) }

// attempt requests what is missing and appends it to part. If it fails, it decides what follows.
func (d *download) attempt(ctx context.Context) (*vantage.Error, retry.Decision) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(d.client.Timeout(), func() { cancel(noDataFor(d.client.Timeout())) })
	defer idle.Stop()
	resp, err := d.request(ctx)
	if err != nil {
		return d.broken(ctx, err)
	}
	defer resp.Body.Close()
	if failure, decision := d.accept(ctx, resp); failure != nil {
		return failure, decision
	}
	received := io.MultiWriter(d.part, d.digest, onWrite(func() { idle.Reset(d.client.Timeout()) }))
	n, err := io.Copy(received, resp.Body)
	d.file.Size += n
	// Without a length, the last chunk or frame shows where the body ends.
	hasEnd := resp.ProtoMajor >= 2 || resp.Uncompressed || slices.Contains(resp.TransferEncoding, "chunked")
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return temporary(retry.FewTimes, err)
	case err != nil:
		return d.broken(ctx, err)
	case d.total == -1 && !hasEnd:
		return temporary(retry.FewTimes, errors.New("the response has no length and no end: it may be cut off"))
	case d.total != -1 && d.file.Size != d.total:
		return temporary(retry.UntilDeadline, fmt.Errorf("received %d of %d bytes", d.file.Size, d.total))
	}
	return nil, retry.Decision{}
}

// onWrite is a writer that is notified of data and discards it.
type onWrite func()

func (f onWrite) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}

// request sends the request for what is missing, or for the whole file if that is unknown.
func (d *download) request(ctx context.Context) (*http.Response, error) {
	req := (&http.Request{Method: http.MethodGet, URL: d.url, Header: http.Header{}}).WithContext(ctx)
	req.Header.Set("User-Agent", d.client.UserAgent())
	if strings.HasPrefix(d.etag, `"`) && d.total != -1 && d.file.Size > 0 { // a weak ETag does not tell bytes apart
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.file.Size))
		req.Header.Set("If-Range", d.etag)
	}
	if isGzip(d.file.Name) {
		// Otherwise the transport decompresses a file that is compressed by its name.
		req.Header.Set("Accept-Encoding", "identity")
	}
	transport := vantage.Connect(d.client.Transport(), d.client.Hosts(), redact.Redactor{})
	client := http.Client{Transport: transport, CheckRedirect: checkRedirect}
	return client.Do(req)
}

// parseFileURL rejects a URL with which the file would cross the network unencrypted.
func parseFileURL(fileURL string) (*url.URL, *vantage.Error) {
	u, err := url.Parse(fileURL)
	if err == nil {
		_, err = vantage.ParseHost(u.Scheme + "://" + u.Host)
	}
	if err != nil {
		// Without the cause, which can repeat the whole URL.
		return nil, &vantage.Error{Kind: vantage.Malformed, Err: errors.New(
			"the pre-signed URL must start with https:// and name a host (http is accepted for loopback addresses only)")}
	}
	return u, nil
}

// checkRedirect follows a redirect to wherever a pre-signed URL may lead, but not from https to http, nor to a host
// whose name repeats a credential of the pre-signed URL: it would be looked up, and shown in an error.
func checkRedirect(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer") // net/http sets it to the pre-signed URL
	_, failure := parseFileURL(req.URL.String())
	leaks := false
	for _, values := range via[0].URL.Query() {
		repeated := strings.Contains(strings.ToLower(req.URL.Host), strings.ToLower(values[0]))
		leaks = leaks || repeated && len(values[0]) >= 32
	}
	if leaks || failure != nil || req.URL.Scheme == "http" && via[0].URL.Scheme == "https" || len(via) >= 5 {
		return &vantage.Error{Kind: vantage.Untrusted, Err: errors.New("the file server redirects too often, or to a URL " +
			"that does not start with https:// or has credentials in its host; nothing was sent to it")}
	}
	return nil
}

// accept checks the head of a response: its body must be the file, or all that is missing.
func (d *download) accept(ctx context.Context, resp *http.Response) (*vantage.Error, retry.Decision) {
	status, tag, encoded := resp.StatusCode, resp.Header.Get("ETag"), isEncoded(resp, d.file.Name)
	d.client.Logger().DebugContext(ctx, "received response from file server",
		"file", d.file.Name, "received", d.file.Size, "status", status)
	switch {
	case status == http.StatusOK && !encoded:
		if err := d.restart(); err != nil {
			return notWritten(err), retry.Decision{}
		}
		d.etag, d.total = tag, resp.ContentLength
		return nil, retry.Decision{}
	case status == http.StatusPartialContent && !encoded && (tag == "" || tag == d.etag) &&
		resp.Header.Get("Content-Range") == fmt.Sprintf("bytes %d-%d/%d", d.file.Size, d.total-1, d.total):
		return nil, retry.Decision{}
	case status/100 == 2, status == http.StatusRequestedRangeNotSatisfiable:
		d.etag = ""
		return temporary(retry.FewTimes, fmt.Errorf(
			"the response with status %d is not the file, or not the part that was requested", status))
	}
	// Without the body, in which file servers can repeat the signature.
	failure := &vantage.Error{Kind: vantage.Rejected, StatusCode: status}
	if status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		return failure, retry.Decision{Policy: retry.UntilDeadline, After: ratelimit.RetryAfter(resp.Header)}
	}
	return failure, retry.Decision{}
}

// isEncoded reports whether the body of a response is not the file itself. S3 repeats aws-chunked from an upload.
func isEncoded(resp *http.Response, name string) bool {
	encoding := strings.ToLower(resp.Header.Get("Content-Encoding"))
	return resp.ContentLength != 0 && !slices.Contains([]string{"", "identity", "aws-chunked"}, encoding) &&
		!(encoding == "gzip" && isGzip(name))
}

func isGzip(name string) bool { return strings.HasSuffix(strings.ToLower(name), "gz") }

// broken returns the error of a request without a complete response.
func (d *download) broken(ctx context.Context, err error) (*vantage.Error, retry.Decision) {
	var none *vantage.NoResponse
	var failure *vantage.Error
	var onDisk *fs.PathError
	var noData noDataFor
	switch {
	case errors.As(err, &none):
		return none.Failure, none.Decision
	case errors.As(err, &failure):
		return failure, retry.Decision{}
	case errors.As(err, &onDisk):
		return notWritten(err), retry.Decision{}
	case errors.As(context.Cause(ctx), &noData):
		return temporary(retry.UntilDeadline, noData)
	case ctx.Err() != nil:
		return nil, retry.Decision{Ended: ctx.Err()}
	}
	return temporary(retry.UntilDeadline, redact.Redactor{}.Cause(err))
}

// temporary returns the error of an attempt that is repeated.
func temporary(policy retry.Policy, err error) (*vantage.Error, retry.Decision) {
	return &vantage.Error{Kind: vantage.Unreachable, Err: err}, retry.Decision{Policy: policy}
}
