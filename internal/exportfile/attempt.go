package exportfile

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage"
	"terraform-provider-vantage/internal/vantage/ratelimit"
	"terraform-provider-vantage/internal/vantage/redact"
)

// File is a downloaded file.
type File struct {
	// Name is the name of the file in the directory, and Path its absolute path.
	Name, Path string
	// Size is the number of bytes that were received.
	Size int64
	// SHA256 is the digest of the content in lower-case hexadecimal digits. It is empty until the file is complete.
	SHA256 string
}

// download is the download of one file.
type download struct {
	*Downloader
	url        *url.URL
	file       File
	onProgress func(File, *vantage.Error, time.Duration)

	part   *os.File  // the temporary file, with the file.Size bytes that were received; nil without one
	digest hash.Hash // of the same bytes
	etag   string    // of the file that they belong to; empty if the download has to restart
	total  int64     // the size of that file; -1 if it is unknown
}

// attempt requests what is missing and appends it to part. If it fails, it decides what follows.
func (d *download) attempt(ctx context.Context) (*vantage.Error, retry.Decision) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timeout := d.options.Timeout
	idle := time.AfterFunc(timeout, func() { cancel(NoData(timeout)) })
	defer idle.Stop()
	resp, err := d.request(ctx)
	if err != nil {
		return unanswered(err)
	}
	defer resp.Body.Close()
	d.options.Logger.DebugContext(ctx, "received response from file server",
		"file", d.file.Name, "received", d.file.Size, "status", resp.StatusCode)
	if failure, decision := d.accept(resp); failure != nil {
		return failure, decision
	}
	received := io.MultiWriter(d.part, d.digest, onWrite(func() { idle.Reset(timeout) }))
	n, err := io.Copy(received, resp.Body)
	d.file.Size += n
	if err != nil {
		return broken(ctx, err)
	}
	// Without a length, the last chunk or frame shows where the body ends.
	hasEnd := resp.ProtoMajor >= 2 || resp.Uncompressed || slices.Contains(resp.TransferEncoding, "chunked")
	switch {
	case d.total == -1 && !hasEnd:
		return failed(Incomplete, retry.FewTimes, errors.New("it has no length and no end, and may be cut off"))
	case d.total != -1 && d.file.Size != d.total:
		return failed(Incomplete, retry.UntilDeadline, fmt.Errorf("received %d of %d bytes", d.file.Size, d.total))
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
	req.Header.Set("User-Agent", d.options.UserAgent)
	if strings.HasPrefix(d.etag, `"`) && d.total != -1 && d.file.Size > 0 { // a weak ETag does not tell bytes apart
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.file.Size))
		req.Header.Set("If-Range", d.etag)
	}
	if isGzip(d.file.Name) {
		// net/http decompresses only what it has asked for itself, and servers only for clients that do not accept it.
		req.Header.Set("Accept-Encoding", "gzip")
	}
	return d.client.Do(req)
}

// accept checks the head of a response: its body must be the file, or all that is missing.
func (d *download) accept(resp *http.Response) (*vantage.Error, retry.Decision) {
	status, tag := resp.StatusCode, resp.Header.Get("ETag")
	if status/100 == 2 {
		if isPage(resp, d.file.Name) {
			return &vantage.Error{Kind: vantage.Malformed, StatusCode: status, ContentType: "text/html",
				Err: errors.New("the response is a web page, not the file")}, retry.Decision{Policy: retry.OneMinute}
		}
		if coding := encoding(resp, d.file.Name); coding != "" {
			return failed(vantage.Malformed, retry.Never, fmt.Errorf(
				"the header Content-Encoding has the coding %s, which is not supported", coding))
		}
	}
	switch {
	case status == http.StatusOK:
		if err := d.restart(); err != nil {
			return notWritten(err), retry.Decision{}
		}
		d.etag, d.total = tag, resp.ContentLength
		return nil, retry.Decision{}
	case status == http.StatusPartialContent && (tag == "" || tag == d.etag) &&
		resp.Header.Get("Content-Range") == fmt.Sprintf("bytes %d-%d/%d", d.file.Size, d.total-1, d.total):
		return nil, retry.Decision{}
	case status/100 == 2, status == http.StatusRequestedRangeNotSatisfiable:
		d.etag = ""
		return failed(vantage.Malformed, retry.FewTimes, fmt.Errorf(
			"the response with status %d is not the file, or not the part that was requested", status))
	}
	failure := &vantage.Error{Kind: vantage.Rejected, StatusCode: status, Messages: refusal(resp.Body)}
	if status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		return failure, retry.Decision{Policy: retry.UntilDeadline, After: ratelimit.RetryAfter(resp.Header)}
	}
	return failure, retry.Decision{}
}

// unanswered describes a request without a response that can be used.
func unanswered(err error) (*vantage.Error, retry.Decision) {
	var none *vantage.NoResponse
	var redirect *vantage.Error
	switch {
	case errors.As(err, &none):
		return none.Failure, none.Decision
	case errors.As(err, &redirect):
		return redirect, retry.Decision{Policy: retry.OneMinute}
	}
	// Without the cause, which can repeat the whole URL.
	return failed(vantage.Malformed, retry.OneMinute, errors.New("the redirect of the file server cannot be read"))
}

// broken describes a body that was not read or written to its end.
func broken(ctx context.Context, err error) (*vantage.Error, retry.Decision) {
	var onDisk *fs.PathError
	var corrupt flate.CorruptInputError
	var noData NoData
	switch {
	case errors.As(err, &onDisk):
		return notWritten(err), retry.Decision{}
	case errors.As(context.Cause(ctx), &noData):
		return failed(Incomplete, retry.UntilDeadline, noData)
	case ctx.Err() != nil:
		return nil, retry.Decision{Ended: ctx.Err()} //nolint:nilerr // the loop describes the end
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return failed(vantage.Malformed, retry.FewTimes, err)
	}
	return failed(Incomplete, retry.UntilDeadline, redact.Redactor{}.Cause(err))
}

func failed(kind vantage.ErrorKind, policy retry.Policy, err error) (*vantage.Error, retry.Decision) {
	return &vantage.Error{Kind: kind, Err: err}, retry.Decision{Policy: policy}
}

// restart discards what was received.
func (d *download) restart() (err error) {
	d.discard()
	d.file.Size, d.digest = 0, sha256.New()
	d.part, err = os.CreateTemp(filepath.Dir(d.file.Path), partPattern)
	return err
}

// discard removes the temporary file of an incomplete download.
func (d *download) discard() {
	if d.part == nil {
		return
	}
	_ = d.part.Close()
	_ = os.Remove(d.part.Name())
	d.part = nil
}
