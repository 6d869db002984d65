package exportfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
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

// publish renames a temporary file, and fails if the file at the path is another: those who can write to the directory
// can exchange it. The temporary file stays open until then, so that no other file gets its identity.
func publish(part *os.File, path string) error {
	written, err := part.Stat()
	if err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // no open file can be renamed, and an identity is not used twice
		if err := part.Close(); err != nil {
			return err
		}
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return err
	}
	if found, err := os.Lstat(path); err != nil || !os.SameFile(found, written) {
		return errors.New("another program exchanged the file while it was written")
	}
	_ = part.Close() // everything is on disk
	return nil
}

// claims has the files that a process has written.
type claims struct {
	mu          sync.Mutex
	directories []claimed
}

// claimed has the files of a directory: the token of the export of each, by the name in lower case, because file
// systems can ignore the case.
type claimed struct {
	directory os.FileInfo
	owners    map[string]string
}

// add claims files of a directory for an export. If one is claimed for another, it claims none and returns that export
// and the name.
func (c *claims) add(directory string, names []string, token string) (name, owner string, err error) {
	info, err := os.Stat(directory)
	if err != nil {
		return "", "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	owners := map[string]string{}
	known := false
	for _, d := range c.directories {
		if os.SameFile(d.directory, info) { // by whatever path
			owners, known = d.owners, true
		}
	}
	for _, name := range names {
		if owner := owners[strings.ToLower(name)]; owner != "" && owner != token {
			return name, owner, nil
		}
	}
	for _, name := range names {
		owners[strings.ToLower(name)] = token
	}
	if !known {
		c.directories = append(c.directories, claimed{info, owners})
	}
	return "", "", nil
}
