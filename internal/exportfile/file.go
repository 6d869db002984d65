package exportfile

import (
	"context"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"time"

	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage"
)

// Target says where the files of an export are put.
type Target struct {
	// Directory is an absolute path. It must exist; see PrepareDirectory.
	Directory string
	// NamePrefix starts the name of each file. It must be valid in a file name. Defaults to none.
	NamePrefix string
	// OnProgress is called when a file is complete, without a failure, and when a file is requested again because of a
	// failure: after a delay, or with a fresh URL if delay is zero. It must be safe for concurrent use.
	OnProgress func(file File, failure *vantage.Error, delay time.Duration)
}

// newDownloads returns the downloads of an export's files, and claims their paths.
func (d *Downloader) newDownloads(export *vantage.DataExport, target Target) ([]*download, error) {
	count := len(export.Manifest.Files)
	downloads, list, taken := make([]*download, count), make([]string, count), names{}
	for i, fileURL := range export.Manifest.Files {
		u, failure := parseFileURL(fileURL)
		if failure != nil {
			return nil, &Error{File: fmt.Sprintf("file %d of %d", i+1, count), Err: failure}
		}
		list[i] = taken.next(u, target.NamePrefix)
		file := File{Name: list[i], Path: filepath.Join(target.Directory, list[i])}
		downloads[i] = &download{Downloader: d, url: u, file: file, onProgress: target.OnProgress}
	}
	name, owner, err := d.claims.add(target.Directory, list, export.Token)
	switch {
	case err != nil:
		return nil, &Error{File: target.Directory, Err: notWritten(err)}
	case owner != "": // its file would be lost
		return nil, &Error{File: name, Err: &vantage.Error{Kind: PathTaken, Err: fmt.Errorf(
			"%s is a file of the export %s, and the export %s has a file of the same name",
			filepath.Join(target.Directory, name), owner, export.Token)}}
	}
	return downloads, nil
}

func (d *download) isComplete() bool { return d.file.SHA256 != "" }

// run downloads the file to a temporary file and renames that. It repeats failed attempts, with growing delays while
// nothing more is received. After an error it can be called again.
func (d *download) run(ctx context.Context) *vantage.Error {
	loop := retry.Loop[vantage.Error]{
		Log:     d.options.Logger.With("file", d.file.Name),
		OnDelay: func(failure *vantage.Error, delay time.Duration) { d.onProgress(d.file, failure, delay) },
	}
	defer d.options.Hosts.Begin()()
	failure, ended := loop.Run(ctx, func() (*vantage.Error, retry.Decision) {
		before := d.file.Size
		failure, decision := d.attempt(ctx)
		if d.file.Size > before {
			loop.Reset()
		}
		return failure, decision
	})
	switch {
	case ended != nil:
		return vantage.Ended(ended, failure)
	case failure != nil:
		return failure
	}
	if err := publish(d.part, d.file.Path); err != nil {
		return notWritten(err)
	}
	d.part, d.file.SHA256 = nil, hex.EncodeToString(d.digest.Sum(nil))
	return nil
}
