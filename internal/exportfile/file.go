package exportfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage"
)

// download is the download of one file.
type download struct {
	client     *vantage.Client
	url        *url.URL
	file       File
	onProgress func(File, *vantage.Error, time.Duration)

	part   *os.File  // the temporary file, with the file.Size bytes that were received; nil without one
	digest hash.Hash // of the same bytes
	etag   string    // of the file that they belong to; empty if the download has to restart
	total  int64     // the size of that file; -1 if it is unknown
}

// newDownloads returns the downloads of an export's files.
func newDownloads(client *vantage.Client, export *vantage.DataExport, o Options) ([]*download, error) {
	downloads, taken := make([]*download, len(export.Manifest.Files)), names{}
	for i, fileURL := range export.Manifest.Files {
		u, failure := parseFileURL(fileURL)
		if failure != nil {
			return nil, &Error{File: fmt.Sprintf("file %d of %d", i+1, len(downloads)), Err: failure}
		}
		file := File{Name: taken.next(u, o.NamePrefix)}
		file.Path = filepath.Join(o.Directory, file.Name)
		owner, _ := client.Shared.LoadOrStore(claimedPath(strings.ToLower(file.Path)), export.Token)
		if owner != export.Token { // its file would be lost
			return nil, &Error{File: file.Name, Err: &vantage.Error{Kind: PathTaken, Err: fmt.Errorf(
				"%s is a file of the export %v, and the export %s has a file of the same name", file.Path, owner, export.Token)}}
		}
		downloads[i] = &download{client: client, url: u, file: file, onProgress: o.OnProgress}
	}
	return downloads, nil
}

func (d *download) isComplete() bool { return d.file.SHA256 != "" }

// run downloads the file to a temporary file and renames that. It repeats failed attempts, with growing delays while
// nothing more is received. After an error it can be called again.
func (d *download) run(ctx context.Context) *vantage.Error {
	loop := retry.Loop[vantage.Error]{
		Log:     d.client.Logger().With("file", d.file.Name),
		OnDelay: func(failure *vantage.Error, delay time.Duration) { d.onProgress(d.file, failure, delay) },
	}
	defer d.client.Hosts().Begin()()
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
	if err := d.part.Close(); err != nil {
		return notWritten(err)
	}
	if err := os.Rename(d.part.Name(), d.file.Path); err != nil {
		return notWritten(err)
	}
	d.part, d.file.SHA256 = nil, hex.EncodeToString(d.digest.Sum(nil))
	return nil
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
	if d.part != nil {
		_, _ = d.part.Close(), os.Remove(d.part.Name())
	}
}
