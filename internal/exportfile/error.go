package exportfile

import (
	"errors"
	"fmt"
	"time"

	"terraform-provider-vantage/internal/vantage"
)

const (
	// Incomplete means that a response broke off, or that it has no end.
	Incomplete vantage.ErrorKind = "incomplete response"
	// NotWritten means that the file system rejected a file, or that another program exchanged it.
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
	// Err says what failed. Its kind is Rejected if the file server rejected the request, with the code of an object
	// store in Messages; Unreachable, CertificateNotTrusted or Invalid (a proxy) if there was no response; Malformed,
	// Untrusted or Incomplete if the pre-signed URL or the response cannot be used; NotWritten, PathTaken, TimedOut or
	// Interrupted.
	Err *vantage.Error
}

// Error returns one line that can be shown and logged.
func (e *Error) Error() string { return e.File + ": " + e.Err.Error() }

// Unwrap returns what failed.
func (e *Error) Unwrap() error { return e.Err }

// NoData is the cause of an attempt that ended because no data was received for Options.Timeout.
type NoData time.Duration

// Error implements error.
func (d NoData) Error() string { return fmt.Sprintf("no data for %s", time.Duration(d)) }

// notWritten returns an error of the file system without the name of the temporary file.
func notWritten(err error) *vantage.Error {
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(err) {
		err = cause
	}
	return &vantage.Error{Kind: NotWritten, Err: err}
}
