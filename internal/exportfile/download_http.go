package exportfile

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// accept looks at the head of an answer: whether it brings the whole file, or what was asked for of it. Afterwards
// the part is where the body belongs. The request was for what follows the first bytes, which are from.
func (d *download) accept(resp *http.Response, from int64) *Error {
	tag := strongETag(resp.Header)
	switch resp.StatusCode {
	case http.StatusOK:
		d.size, d.etag = resp.ContentLength, tag
		return d.restart()
	case http.StatusPartialContent:
		start, size, ok := parseContentRange(resp.Header)
		ok = ok && start == from
		switch {
		case ok && from == 0: // the whole, although no part was asked for
			d.size, d.etag = size, tag
			return d.restart()
		case ok && (d.size == -1 || d.size == size) && (tag == "" || tag == d.etag) && contentEncoding(resp) == "":
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
	return &Error{Kind: Unreachable, Err: fmt.Errorf(
		"the server does not send the part that it was asked for (%d); the file is fetched anew", resp.StatusCode)}
}

// restart gives up what there is of the file.
func (d *download) restart() *Error {
	d.file.Size = 0
	d.digest.Reset()
	if _, err := d.part.Seek(0, io.SeekStart); err != nil {
		return notWritten(d.file.Name, err)
	}
	if err := d.part.Truncate(0); err != nil {
		return notWritten(d.file.Name, err)
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
	_, err := fmt.Sscanf(h.Get("Content-Range"), "bytes %d-%d/%d", &start, &end, &size)
	return start, size, err == nil && end == size-1
}

// contentEncoding returns how the body of an answer is encoded, or "" where it is the file itself.
func contentEncoding(resp *http.Response) string {
	encoding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding")))
	// How a file was once uploaded to S3, which says nothing of how it comes from there.
	encoding = strings.Trim(strings.TrimPrefix(encoding, "aws-chunked"), ", ")
	switch {
	case encoding == "identity" || resp.ContentLength == 0:
		return ""
	case encoding == "x-gzip":
		return "gzip"
	}
	return encoding
}

var errEncoding = errors.New("its server sends it in an encoding that was not asked for")

// decodeContent undoes a compression that was not asked for, and reports whether there is one. A file whose name says
// that it is compressed is meant to stay so.
func decodeContent(resp *http.Response, body io.Reader, name string) (content io.Reader, encoded bool, err error) {
	switch encoding := contentEncoding(resp); {
	case encoding == "", encoding == "gzip" && strings.HasSuffix(strings.ToLower(name), "gz"):
		return body, false, nil
	case encoding == "gzip":
		content, err = gzip.NewReader(body)
		return content, true, err
	}
	return nil, false, errEncoding
}

var errNoEnd = errors.New("its server tells neither its length nor its end, so that it may have been cut off")

// endIsCertain reports whether a body that was cut off would be known for it: by its length, or by a last chunk or
// frame. Without them it lasts until the connection is closed, for whatever reason.
func endIsCertain(resp *http.Response) bool {
	return resp.ContentLength != -1 || resp.ProtoMajor >= 2 || slices.Contains(resp.TransferEncoding, "chunked")
}

var errFileURL = errors.New("its pre-signed URL cannot be used: it must start with https:// and name a host")

func parseFileURL(fileURL string) (*url.URL, *Error) {
	u, err := url.Parse(fileURL)
	if err != nil {
		// The parser's error repeats the whole URL.
		return nil, &Error{Kind: Malformed, Err: errFileURL}
	}
	return u, checkFileURL(u)
}

// checkFileURL refuses a URL by which the file would cross the network in the clear.
func checkFileURL(u *url.URL) *Error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return &Error{Kind: Malformed, Err: errFileURL}
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return &Error{Kind: Untrusted, Err: errors.New("its pre-signed URL is one of plain http, " +
			"which shows the costs to the network on the way (http is accepted for loopback addresses only)")}
	}
	return nil
}

// checkFileRedirect follows a redirect to wherever a URL could have led in the first place, but never from https to
// http.
func checkFileRedirect(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer") // Go puts the pre-signed URL in
	if len(via) >= 5 {
		return &Error{Kind: Malformed, Err: errors.New("its server redirects in circles")}
	}
	if checkFileURL(req.URL) != nil || req.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "https" {
		return &Error{Kind: Untrusted, Err: errors.New(
			"its server redirects to a URL that is not one of https; nothing was sent there")}
	}
	return nil
}

// fileTransport carries the requests for files, and tells its failures apart from those of the HTTP client, which are
// about redirects.
type fileTransport struct {
	next   http.RoundTripper
	redact redactor
}

func (t fileTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, &Error{Kind: Unreachable, Err: t.redact.cause(err)}
	}
	return resp, nil
}

// unanswered says why the HTTP client has no answer.
func unanswered(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Malformed, Err: errRedirect} // the text of err would repeat the URL
}

var errRedirect = errors.New("the server redirects to a URL that cannot be read")

// source keeps a failure to read apart from one to write.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// body is that of an answer. It bounds the time in which nothing comes, and keeps what broke the connection.
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
