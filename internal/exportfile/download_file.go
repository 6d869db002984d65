package exportfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"time"
)

// download is one file on its way.
type download struct {
	client *Client
	urls   *fileURLs
	number int // of the file in the manifest, from 0
	file   File
	tell   func(DownloadProgress)

	part     *os.File  // what there is of the file, file.Size bytes
	digest   hash.Hash // of the same bytes
	furthest int64     // the longest that the part has been
	size     int64     // of the whole file; -1 when the server does not tell
	etag     string    // of the file that it is a part of; empty when the server cannot be asked for the rest
	doubtful bool      // whether an answer was there in full for all that could be told, and could not be trusted
}

func newDownload(c *Client, urls *fileURLs, number int, file File, tell func(DownloadProgress)) *download {
	return &download{client: c, urls: urls, number: number, file: file, tell: tell, digest: sha256.New()}
}

func (d *download) run(ctx context.Context, directory string) (failure *Error) {
	if ctx.Err() != nil {
		return contextError(ctx) // it never began, because another one failed
	}
	part, err := createPart(directory)
	if err != nil {
		return notWritten(d.file.Name, err)
	}
	defer func() {
		if failure != nil {
			_ = part.Close() // may be closed already
			_ = os.Remove(part.Name())
		}
	}()
	d.part = part
	if failure := d.fetch(ctx); failure != nil {
		return failure
	}
	if err := part.Close(); err != nil {
		return notWritten(d.file.Name, err)
	}
	if err := os.Rename(part.Name(), d.file.Path); err != nil {
		return notWritten(d.file.Name, err)
	}
	d.file.SHA256 = hex.EncodeToString(d.digest.Sum(nil))
	return nil
}

// fetch tries until the whole of the file is there, or it is certain that it will not be. Pauses grow while nothing
// more of it arrives.
func (d *download) fetch(ctx context.Context) *Error {
	tries := retries{
		log: d.client.log.With("file", d.file.Name),
		onPause: func(failure *Error, pause time.Duration) {
			d.tell(DownloadProgress{File: d.file, Failure: failure, Pause: pause})
		},
	}
	return tries.run(ctx, func() *Error {
		before := d.furthest
		failure := d.attemptWithFreshURL(ctx)
		if d.furthest > before {
			tries.failed = 0
		}
		return failure
	})
}

// attemptWithFreshURL makes an attempt, and another one where the URL is refused and a fresh one can be had.
func (d *download) attemptWithFreshURL(ctx context.Context) *Error {
	for {
		fileURL := d.urls.get(d.number)
		failure := d.attempt(ctx, fileURL)
		if failure == nil || !maybeExpired(failure) {
			return failure
		}
		asking := func() { d.tell(DownloadProgress{File: d.file, Failure: failure, AsksForURLs: true}) }
		if failure := d.urls.replace(ctx, d.number, fileURL, failure, asking); failure != nil {
			return failure
		}
	}
}

var errSilence = errors.New("the server fell silent")

// attempt makes one request for what is missing and writes what comes. The part grows, or begins again.
func (d *download) attempt(ctx context.Context, fileURL string) *Error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(d.client.timeout, func() { cancel(errSilence) })
	defer idle.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fileURL, nil)
	if err != nil {
		return &Error{Kind: Malformed, Err: errFileURL}
	}
	req.Header.Set("User-Agent", d.client.userAgent)
	// Otherwise the transport would ask for compression and undo it, and lengths and ranges would not be the file's.
	req.Header.Set("Accept-Encoding", "identity")
	from := int64(0)
	if d.etag != "" {
		from = d.file.Size
	}
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		req.Header.Set("If-Range", d.etag)
	}
	resp, err := d.client.files.Do(req)
	if err != nil {
		return d.broken(ctx, unanswered(err))
	}
	defer resp.Body.Close()
	d.client.log.DebugContext(ctx, "file request answered",
		"file", d.file.Name, "from", from, "status", resp.StatusCode)
	if failure := d.accept(resp, from); failure != nil {
		return failure
	}
	return d.receive(ctx, resp, idle)
}

// receive writes the body of an answer that was accepted.
func (d *download) receive(ctx context.Context, resp *http.Response, idle *time.Timer) *Error {
	body := &body{Reader: resp.Body, idle: idle, timeout: d.client.timeout}
	content, encoded, err := decodeContent(resp, body, d.file.Name)
	if err != nil {
		return d.unreadable(ctx, body, err)
	}
	if encoded {
		d.size, d.etag = -1, "" // those of what is sent, not of the file
	}
	source := &source{Reader: content}
	n, err := io.Copy(io.MultiWriter(d.part, d.digest), source)
	d.file.Size += n
	d.furthest = max(d.furthest, d.file.Size)
	switch {
	case source.err != nil:
		return d.unreadable(ctx, body, source.err)
	case err != nil:
		return notWritten(d.file.Name, err)
	case d.size != -1 && d.file.Size != d.size:
		return d.broken(ctx, fmt.Errorf("%d bytes came of %d", d.file.Size, d.size))
	case !encoded && !endIsCertain(resp):
		return d.doubt(errNoEnd)
	}
	return nil
}

// unreadable is for a body that cannot be read to its end: because the connection broke, or because it is not encoded
// as its header says.
func (d *download) unreadable(ctx context.Context, body *body, err error) *Error {
	switch {
	case errors.Is(err, errEncoding):
		return &Error{Kind: Malformed, Err: err}
	case body.err != nil:
		return d.broken(ctx, fmt.Errorf("the connection broke: %w", body.err))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return d.broken(ctx, errors.New("the connection broke: the compressed file has no end"))
	}
	return d.doubt(fmt.Errorf("its server says that it is compressed, and it cannot be decompressed: %w", err))
}

// doubt is for an answer that may have been mangled on its way: the file is fetched anew once, and refused when it is
// so again.
func (d *download) doubt(err error) *Error {
	d.etag = ""
	if d.doubtful {
		return &Error{Kind: Malformed, Err: err}
	}
	d.doubtful = true
	return &Error{Kind: Unreachable, Err: err}
}

// broken says why there is no whole answer.
func (d *download) broken(ctx context.Context, err error) *Error {
	var e *Error
	switch {
	case errors.Is(context.Cause(ctx), errSilence):
		return &Error{Kind: Unreachable, Err: fmt.Errorf("nothing came for %s", d.client.timeout)}
	case ctx.Err() != nil:
		return contextError(ctx)
	case errors.As(err, &e):
		return e
	}
	return &Error{Kind: Unreachable, Err: d.client.redact.cause(err)}
}
