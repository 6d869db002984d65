package vantage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// filesAtOnce is how many files of an export are fetched at a time.
const filesAtOnce = 4

// File is a file of an export that is in its place.
type File struct {
	// Name is its name in the directory.
	Name string
	// Size is in bytes.
	Size int64
}

// DownloadProgress is what a download tells while it lasts: that a file is in its place, or that it is tried again.
type DownloadProgress struct {
	// File is the one in question, with as much of it as there is.
	File File
	// Failure is why the file is tried again after Pause. It is nil when the file is in its place.
	Failure *Error
	Pause   time.Duration
}

// Download fetches the files of a manifest into a directory that exists, some at a time, and returns those that are in their
// place, in the order of the manifest, even when it fails. onProgress, which may be nil, is called from one goroutine at a time.
//
// A file is streamed to a temporary one beside its place, for the user alone, and renamed when it is there in full: nobody sees a
// half. A file that has the name already is replaced in that moment. Names come from the addresses; see fileNames.
//
// The requests go without the API token and outside the account's limit, for files are served elsewhere. Options.Timeout bounds
// the silence of a server, not the time that a file takes. After a failure that may pass, a broken connection above all, it goes
// on with what is missing, or begins again where the server does not allow that, until ctx ends.
//
// The first file that fails for good ends them all, with an *Error that names it: of kind Rejected, 403 meaning that the address
// has expired, Malformed or Untrusted when the address cannot be used, NotWritten when the trouble is on this side, TimedOut or
// Interrupted when ctx ends.
func (c *Client) Download(ctx context.Context, addresses []string, directory string, onProgress func(DownloadProgress)) ([]File, error) {
	started := time.Now()
	names, err := fileNames(addresses)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	tell := func(p DownloadProgress) {
		mu.Lock()
		defer mu.Unlock()
		if onProgress != nil {
			onProgress(p)
		}
	}
	done := make([]*File, len(addresses))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(filesAtOnce)
	for i, address := range addresses {
		group.Go(func() error {
			d := &download{client: c, address: address, directory: directory, name: names[i], tell: tell}
			if err := d.run(groupCtx); err != nil {
				err.File, err.Waited = d.name, time.Since(started)
				return err
			}
			done[i] = &File{d.name, d.at}
			tell(DownloadProgress{File: *done[i]})
			return nil
		})
	}
	err = group.Wait()
	var written []File
	for _, f := range done {
		if f != nil {
			written = append(written, *f)
		}
	}
	return written, err
}

// download is one file on its way.
type download struct {
	client                   *Client
	address, directory, name string
	tell                     func(DownloadProgress)

	part     *os.File // what there is of the file
	at       int64    // its length
	furthest int64    // the longest that it has been
	size     int64    // of the whole file; -1 when the server does not tell
	etag     string   // of the file that it is a part of; empty when the server cannot be asked for the rest
}

func (d *download) run(ctx context.Context) (failure *Error) {
	if ctx.Err() != nil {
		return contextError(ctx) // it never began, because another one failed
	}
	part, err := os.CreateTemp(d.directory, "."+d.name+"-*.part")
	if err != nil {
		return notWritten(d.name, err)
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
		return notWritten(d.name, err)
	}
	if err := os.Rename(part.Name(), filepath.Join(d.directory, d.name)); err != nil {
		return notWritten(d.name, err)
	}
	return nil
}

// fetch tries until the whole of the file is there, or it is certain that it will not be. Pauses grow while nothing more of it
// arrives.
func (d *download) fetch(ctx context.Context) *Error {
	var last *Error
	for failed := 0; ; failed++ {
		before := d.furthest
		failure := d.attempt(ctx)
		switch {
		case failure == nil:
			return nil
		case failure.Kind == TimedOut || failure.Kind == Interrupted:
			failure.LastFailure = last
			return failure
		case !transient(failure):
			return failure
		case d.furthest > before:
			failed = 0
		}
		last = failure
		pause, err := pauseAfter(ctx, failure, failed)
		d.client.log.DebugContext(ctx, "waiting", "file", d.name, "bytes", d.at, "duration", pause, "reason", "try again after: "+failure.Error())
		if err == nil {
			d.tell(DownloadProgress{File: File{d.name, d.at}, Failure: failure, Pause: pause})
			err = sleepFor(ctx, pause)
		}
		if err != nil {
			e := &Error{Kind: Malformed, Err: err}
			errors.As(err, &e)
			e.LastFailure = last
			return e
		}
	}
}

var errSilence = errors.New("the server fell silent")

// attempt makes one request for what is missing and writes what comes. The part grows, or begins again.
func (d *download) attempt(ctx context.Context) *Error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(d.client.timeout, func() { cancel(errSilence) })
	defer idle.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.address, nil)
	if err != nil {
		return &Error{Kind: Malformed, Err: errAddress}
	}
	req.Header.Set("User-Agent", d.client.userAgent)
	// Otherwise the transport would ask for compression and undo it, and lengths and ranges would not be the file's.
	req.Header.Set("Accept-Encoding", "identity")
	if d.at > 0 && d.etag != "" {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.at))
		req.Header.Set("If-Range", d.etag)
	}
	resp, err := d.client.files.Do(req)
	if err != nil {
		return d.broken(ctx, err)
	}
	defer resp.Body.Close()
	d.client.log.DebugContext(ctx, "file request answered", "file", d.name, "from", d.at, "status", resp.StatusCode)
	if failure := d.accept(resp); failure != nil {
		return failure
	}
	body := &body{Reader: resp.Body, idle: idle, timeout: d.client.timeout}
	n, err := io.Copy(d.part, body)
	d.at += n
	d.furthest = max(d.furthest, d.at)
	switch {
	case body.err != nil:
		return d.broken(ctx, fmt.Errorf("the connection broke: %w", body.err))
	case err != nil:
		return notWritten(d.name, err)
	case d.size >= 0 && d.at != d.size:
		return d.broken(ctx, fmt.Errorf("%d bytes came of %d", d.at, d.size))
	}
	return nil
}

// broken says why there is no whole answer.
func (d *download) broken(ctx context.Context, err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e // a redirect that is not followed
	case errors.Is(context.Cause(ctx), errSilence):
		return &Error{Kind: Unreachable, Err: fmt.Errorf("nothing came for %s", d.client.timeout)}
	case ctx.Err() != nil:
		return contextError(ctx)
	}
	return &Error{Kind: Unreachable, Err: d.client.redact.cause(err)}
}
