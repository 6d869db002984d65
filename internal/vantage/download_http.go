package vantage

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// accept looks at the head of an answer: whether it brings the whole file, or what was asked for of it. Afterwards the part is
// where the body belongs.
func (d *download) accept(resp *http.Response) *Error {
	switch resp.StatusCode {
	case http.StatusOK:
		d.size, d.etag = resp.ContentLength, strongETag(resp.Header)
		return d.restart()
	case http.StatusPartialContent:
		start, size, ok := parseContentRange(resp.Header)
		tag := strongETag(resp.Header)
		if ok && start == d.at && (d.size < 0 || d.size == size) && (resp.ContentLength < 0 || resp.ContentLength == size-start) && (tag == "" || tag == d.etag) {
			d.size = size
			return nil
		}
	case http.StatusRequestedRangeNotSatisfiable:
	default:
		asked, _ := parseRetryAfter(resp.Header, time.Now())
		// Without the server's words: those of a file store can repeat the signature.
		return &Error{Kind: Rejected, StatusCode: resp.StatusCode, retryAfter: asked}
	}
	if failure := d.restart(); failure != nil {
		return failure
	}
	return &Error{Kind: Unreachable, Err: fmt.Errorf("the server does not send the part that it was asked for (%d); the file is fetched anew", resp.StatusCode)}
}

// restart gives up what there is of the file.
func (d *download) restart() *Error {
	d.at = 0
	if _, err := d.part.Seek(0, io.SeekStart); err != nil {
		return notWritten(d.name, err)
	}
	if err := d.part.Truncate(0); err != nil {
		return notWritten(d.name, err)
	}
	return nil
}

// strongETag returns the ETag of an answer, unless it is a weak one, by which bytes cannot be told apart.
func strongETag(h http.Header) string {
	tag := h.Get("ETag")
	if !strings.HasPrefix(tag, `"`) {
		return ""
	}
	return tag
}

// parseContentRange reads a range that lasts to the end of the file, the only kind that is asked for.
func parseContentRange(h http.Header) (start, size int64, ok bool) {
	var end int64
	n, err := fmt.Sscanf(h.Get("Content-Range"), "bytes %d-%d/%d", &start, &end, &size)
	return start, size, err == nil && n == 3 && start >= 0 && start <= end && end == size-1
}

var errAddress = errors.New("its address cannot be used: it must start with https:// and name a host")

func parseFileAddress(address string) (*url.URL, *Error) {
	u, err := url.Parse(address)
	if err != nil {
		// The parser's error repeats the whole address.
		return nil, &Error{Kind: Malformed, Err: errAddress}
	}
	return u, checkFileAddress(u)
}

// checkFileAddress refuses an address by which the file would cross the network in the clear.
func checkFileAddress(u *url.URL) *Error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return &Error{Kind: Malformed, Err: errAddress}
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return &Error{Kind: Untrusted, Err: errors.New("its address is one of plain http, by which anybody on the way could read the costs (http is accepted for loopback addresses only)")}
	}
	return nil
}

// checkFileRedirect follows a redirect to wherever an address could have led in the first place, but never from https to http.
func checkFileRedirect(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer") // Go puts the signed address in
	if len(via) >= 5 {
		return &Error{Kind: Malformed, Err: errors.New("its server redirects in circles")}
	}
	if failure := checkFileAddress(req.URL); failure != nil || req.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "https" {
		return &Error{Kind: Untrusted, Err: errors.New("its server redirects to an address that is not one of https; nothing was sent there")}
	}
	return nil
}

// body is that of an answer. It bounds the time in which nothing comes, and keeps a failure to read apart from one to write.
type body struct {
	io.Reader
	idle    *time.Timer
	timeout time.Duration
	err     error
}

func (b *body) Read(p []byte) (int, error) {
	b.idle.Reset(b.timeout)
	n, err := b.Reader.Read(p)
	b.idle.Stop()
	if !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}
