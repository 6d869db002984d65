package exportfile

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// filesAtOnce is how many files of an export are fetched at a time.
const filesAtOnce = 4

// File is a file of an export that is in its place.
type File struct {
	// Name is its name in the directory, and Path that of the directory with it.
	Name, Path string
	// Size is in bytes.
	Size int64
	// SHA256 is the digest of what was written, in hexadecimal digits. It is empty while the file is on its way.
	SHA256 string
}

// DownloadProgress is what a download tells while it lasts: that a file is in its place, or that it is tried again.
type DownloadProgress struct {
	// File is the one in question, with as much of it as there is.
	File File
	// Failure is why the file is tried again after Pause. It is nil when the file is in its place.
	Failure *Error
	Pause   time.Duration
	// AsksForURLs tells that the export is asked for fresh pre-signed URLs of all its files, because of Failure.
	AsksForURLs bool
}

// Download fetches the files of a completed export into a directory that exists, some at a time, and returns those
// that are in their place, in the order of the manifest, even when it fails. onProgress, which may be nil, is called
// from one goroutine at a time.
//
// A file is streamed to a temporary one beside its place, for the user alone, and renamed when it is there in full:
// no half of it is ever seen. A file that has the name already is replaced in that moment. Names come from the
// pre-signed URLs; see fileNames. Temporary files that a killed run has left there more than a day ago are removed.
//
// The requests go without the API token and outside the account's limit, for files are served elsewhere.
// Options.Timeout bounds the silence of a server, not the time that a file takes. After a failure that may pass, a
// broken connection above all, it goes on with what is missing, or begins again where the server does not allow that,
// until ctx ends. When a server answers 400, 403 or 404, as it does for a URL that has expired, the API is asked for
// fresh URLs of the export, once for all its files.
//
// The first file that fails for good ends them all, with an *Error that names it: of kind Rejected when its server
// refuses it, Malformed or Untrusted when its URL or what comes from it cannot be used, NotWritten when the trouble
// is on this side, TimedOut or Interrupted when ctx ends.
func (c *Client) Download(
	ctx context.Context, export *DataExport, directory string, onProgress func(DownloadProgress),
) ([]File, error) {
	started := time.Now()
	urls := newFileURLs(c, export)
	names, err := fileNames(urls.urls)
	if err != nil {
		return nil, err
	}
	removeLeftovers(directory, started)
	var mu sync.Mutex
	tell := func(p DownloadProgress) {
		mu.Lock()
		defer mu.Unlock()
		if onProgress != nil {
			onProgress(p)
		}
	}
	done := make([]*File, len(names))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(filesAtOnce)
	for i, name := range names {
		group.Go(func() error {
			d := newDownload(c, urls, i, File{Name: name, Path: filepath.Join(directory, name)}, tell)
			if err := d.run(groupCtx, directory); err != nil {
				err.File, err.Waited = name, time.Since(started)
				return err
			}
			done[i] = &d.file
			tell(DownloadProgress{File: d.file})
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
