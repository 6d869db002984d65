// Package exportfile downloads the files of data exports from their pre-signed URLs.
package exportfile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"terraform-provider-vantage/internal/vantage"
	"terraform-provider-vantage/internal/vantage/redact"
)

// maybeExpired has the statuses with which file servers reject a URL after the expiry of its signature, or of the
// credentials that signed it.
var maybeExpired = []int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone,
}

// parallelFiles is the number of files of an export that are downloaded at a time.
const parallelFiles = 4

// Download downloads the files of a completed export, and returns those that are complete in the order of the manifest,
// also if it fails. The first permanent failure ends it. Its error is an *Error.
//
// A file is written to a temporary file that only the user can read. It is renamed when it is complete, and replaces an
// existing file of that name. If this Downloader has written one of the paths for another export, Download fails at
// once.
//
// Requests are sent without the API token and do not count against the rate limits of the API. A failed attempt resumes
// with what is missing, or restarts, until ctx ends, or for a minute if its cause is unlikely to pass: a web page, or a
// host that has never responded. If a file server rejects a URL as it does after its expiry, fresh URLs are requested,
// as long as data is received in between.
func (d *Downloader) Download(
	ctx context.Context, export *vantage.DataExport, target Target,
) (complete []File, err error) {
	started := time.Now()
	downloads, err := d.newDownloads(export, target)
	if err != nil {
		return nil, err
	}
	removeLeftovers(target.Directory)
	rejection, err := downloadAll(ctx, downloads)
	for before := int64(-1); err == nil && rejection != nil; {
		received := progress(downloads)
		if received <= before {
			err = rejection
		} else if err = d.renewURLs(ctx, export, target, downloads, rejection); err == nil {
			rejection, err = downloadAll(ctx, downloads)
		}
		before = received
	}
	for _, file := range downloads {
		if file.discard(); file.isComplete() {
			complete = append(complete, file.file)
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
	group, failed := errgroup.WithContext(ctx)
	ctx, cancel := context.WithCancel(ctx)
	defer context.AfterFunc(failed, cancel)() // the failure of one file is not the cause of another
	defer cancel()
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
func (d *Downloader) renewURLs(
	ctx context.Context, export *vantage.DataExport, target Target, downloads []*download, rejection *Error,
) error {
	target.OnProgress(File{Name: rejection.File}, rejection.Err, 0)
	var renewed []*download
	fresh, err := d.options.Renew(ctx, export)
	switch {
	case err != nil && ctx.Err() != nil:
		return &Error{File: rejection.File, Host: rejection.Host, Err: vantage.Ended(ctx.Err(), rejection.Err)}
	case err == nil && fresh.Completed():
		renewed, err = d.newDownloads(fresh, target)
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
	for i := range downloads {
		downloads[i].url = renewed[i].url
	}
	return nil
}
