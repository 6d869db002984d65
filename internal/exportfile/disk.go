package exportfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"terraform-provider-vantage/internal/vantage"
)

const (
	// partPattern is the name of a temporary file. The directory is the user's: other names are left alone.
	partPattern = ".vantage-*.part"
	// leftoverAge is the age at which a temporary file cannot belong to a run that is in progress.
	leftoverAge = 24 * time.Hour
)

// PrepareDirectory creates a directory that only the user can read, unless it exists, and checks that files can be
// written to it. Its error is an *Error of kind NotWritten.
func PrepareDirectory(directory string) error {
	err := os.MkdirAll(directory, 0o700)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(directory, partPattern); err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return &Error{File: directory, Err: notWritten(err)}
	}
	return nil
}

// removeLeftovers removes the temporary files of runs that were killed. Failures do not matter.
func removeLeftovers(directory string) {
	parts, _ := fs.Glob(os.DirFS(directory), partPattern)
	for _, name := range parts {
		path := filepath.Join(directory, name)
		info, err := os.Lstat(path)
		if err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > leftoverAge {
			_ = os.Remove(path)
		}
	}
}

// claimedPath is the key of a path in Client.Shared, in lower case because file systems can ignore the case. Its value
// is the token of the export that has a file there.
type claimedPath string

// notWritten returns an error of the file system without the name of the temporary file.
func notWritten(err error) *vantage.Error {
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(err) {
		err = cause
	}
	return &vantage.Error{Kind: NotWritten, Err: err}
}
