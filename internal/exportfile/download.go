// Package exportfile downloads the files of data exports from their pre-signed URLs.
package exportfile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"terraform-provider-vantage/internal/vantage"
	"terraform-provider-vantage/internal/vantage/redact"
)

// parallelFiles is the number of files of an export that are downloaded at a time.
const parallelFiles = 4

// Options configure a download.
type Options struct {
	// Directory is an absolute path. It must exist; see PrepareDirectory.
	Directory string
	// NamePrefix starts the name of each file. It must be valid in a file name. Defaults to none.
	NamePrefix string
	// OnProgress is called when a file is complete, without a failure, and when a file is requested again because of a
	// failure: after a delay, or with a fresh URL if delay is zero. It must be safe for concurrent use.
	OnProgress func(file File, failure *vantage.Error, delay time.Duration)
}

// File is a downloaded file.
type File struct {
	// Name is the name of the file in the directory, and Path its absolute path.
	Name, Path string
	// Size is the number of bytes that were received.
	Size int64
	// SHA256 is the digest of the content in lower-case hexadecimal digits. It is empty until the file is complete.
	SHA256 string
}

// Download downloads the files of a completed export, and returns those that are complete in the order of the manifest,
// also if it fails. The first permanent failure ends it. Its error is an *Error.
//
// A file is written to a temporary file that only the user can read. It is renamed when it is complete, and replaces an
// existing file of that name. If this client has written one of the paths for another export, Download fails at once.
//
// Requests are sent without the API token and do not count against the rate limits of the API. Client.Timeout bounds
// the time without data. A failed attempt resumes with what is missing, or restarts, until ctx ends. If a file server
// rejects a URL as it does after its expiry, fresh URLs are requested, as long as data is received in between.
func Download(
	ctx context.Context, client *vantage.Client, export *vantage.DataExport, o Options,
) (complete []File, err error) {
	started := time.Now()
	downloads, err := newDownloads(client, export, o)
	if err != nil {
		return nil, err
	}
	removeLeftovers(o.Directory)
	rejection, err := downloadAll(ctx, downloads)
	for before := int64(-1); err == nil && rejection != nil; {
		received := progress(downloads)
		if received <= before {
			err = rejection
		} else if err = renewURLs(ctx, client, export, o, downloads, rejection); err == nil {
			rejection, err = downloadAll(ctx, downloads)
		}
		before = received
	}
	for _, d := range downloads {
		if d.discard(); d.isComplete() {
			complete = append(complete, d.file)
		}
	}
	if failure := (*Error)(nil); errors.As(err, &failure) {
		failure.Err.Measure(ctx, started)
	}
	return complete, err
}

// downloadAll downloads the files that are not complete, some at a time. After a rejection that may be due to the
// expiry of the URLs it starts no further file, and returns the rejection.
func downloadAll(ctx context.Context, downloads []*download) (*Error, error) {
	var rejection atomic.Pointer[Error]
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelFiles)
	for _, d := range downloads {
		group.Go(func() error {
			if d.isComplete() || rejection.Load() != nil {
				return nil //nolint:nilerr // the rejection is returned below
			}
			cause := d.run(ctx)
			failure := &Error{File: d.file.Name, Host: redact.Redactor{}.Host(d.url.Host), Err: cause}
			switch {
			case cause == nil:
				d.onProgress(d.file, nil, 0)
			case slices.Contains(maybeExpired, cause.StatusCode):
				rejection.Store(failure)
			default:
				return failure
			}
			return nil
		})
	}
	err := group.Wait()
	return rejection.Load(), err
}

// progress returns a number that grows with each byte and each complete file.
func progress(downloads []*download) (n int64) {
	for _, d := range downloads {
		if n += d.file.Size; d.isComplete() {
			n++
		}
	}
	return n
}

// renewURLs requests fresh URLs after a rejection.
func renewURLs(
	ctx context.Context, client *vantage.Client, export *vantage.DataExport, o Options, downloads []*download,
	rejection *Error,
) error {
	o.OnProgress(File{Name: rejection.File}, rejection.Err, 0)
	var renewed []*download
	fresh, err := client.GetDataExport(ctx, export)
	switch {
	case err != nil && ctx.Err() != nil:
		return &Error{File: rejection.File, Host: rejection.Host, Err: vantage.Ended(ctx.Err(), rejection.Err)}
	case err == nil && fresh.Completed():
		renewed, err = newDownloads(client, fresh, o)
	case err == nil:
		err = fmt.Errorf("the API reports the status %q", fresh.Status)
	}
	// Manifest.Files is sorted. The files may have moved, but a file must not be completed with another.
	sameName := func(a, b *download) bool { return a.file.Name == b.file.Name }
	if err == nil && !slices.EqualFunc(downloads, renewed, sameName) {
		err = errors.New("the API reports other files than before")
	}
	if err != nil {
		rejection.Err.Err = fmt.Errorf("requesting fresh pre-signed URLs: %w", err)
		return rejection
	}
	for i, d := range downloads {
		d.url = renewed[i].url
	}
	return nil
}

const (
	// NotWritten means that the file system rejected a file.
	NotWritten vantage.ErrorKind = "not written"
	// PathTaken means that a path was written in this run for another export.
	PathTaken vantage.ErrorKind = "path already written"
)

// Error is the error of a download. It never holds the query of a pre-signed URL.
type Error struct {
	// File is the name of the file that failed, or the path of a directory that cannot be used.
	File string
	// Host is the file server. It is empty if the error has another cause.
	Host string
	// Err says what failed. Its kind is Rejected if the file server rejected the request, Malformed or Untrusted if the
	// pre-signed URL or the response cannot be used, NotWritten, PathTaken, TimedOut or Interrupted.
	Err *vantage.Error
}

// Error returns one line that can be shown and logged.
func (e *Error) Error() string { return e.File + ": " + e.Err.Error() }

// Unwrap returns what failed.
func (e *Error) Unwrap() error { return e.Err }
