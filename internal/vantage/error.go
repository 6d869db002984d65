package vantage

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrorKind tells what went wrong, in the terms a caller acts on.
type ErrorKind string

const (
	// Rejected means that the server answered with an error status, in Error.StatusCode.
	Rejected ErrorKind = "rejected"
	// Unreachable means that no answer came, or not the whole of one.
	Unreachable ErrorKind = "unreachable"
	// Malformed means that the server sent something that makes no sense.
	Malformed ErrorKind = "malformed"
	// Invalid means that the caller gave something that cannot be used. No request was made.
	Invalid ErrorKind = "invalid"
	// Internal means that something is wrong in this package itself.
	Internal ErrorKind = "internal error"
	// Untrusted means that the server pointed somewhere the API token must not go. Nothing was sent there.
	Untrusted ErrorKind = "untrusted"
	// NotWritten means that a file could not be written on this machine.
	NotWritten ErrorKind = "not written"
	// ExportFailed means that the export ended in a final status other than completed.
	ExportFailed ErrorKind = "export failed"
	// TimedOut means that the context's deadline passed, or would certainly pass before the request could be made.
	TimedOut ErrorKind = "timed out"
	// Interrupted means that the context was cancelled.
	Interrupted ErrorKind = "interrupted"
)

// Error is what every call of a Client fails with. It never holds the API token, nor the query of a URL.
type Error struct {
	Kind ErrorKind
	// Method and Path are those of the request, when one was made.
	Method, Path string
	// StatusCode is the HTTP status of a Rejected request.
	StatusCode int
	// Messages are the server's own words, shortened and without control characters.
	Messages []string
	// File is the name of the file that was to be downloaded, when it is about one.
	File string
	// Token and Status are those of the export that was followed, when there is one. Status is the last one seen.
	Token, Status string
	// Unconfirmed is how many times the request for an export was sent without an answer that tells whether it was made.
	// Exports that were made so have no known token, and expire by themselves.
	Unconfirmed int
	// Waited is how long a call that TimedOut or was Interrupted had lasted.
	Waited time.Duration
	// Err is the cause, where there is more to say of it than the other fields do.
	Err error
	// LastFailure is what kept a call that TimedOut or was Interrupted from succeeding before; nil when nothing did.
	LastFailure *Error

	retryAfter time.Duration // how long the server asks to leave it alone; zero when it does not say
	heldBack   bool          // the budget knows when to go on, for all callers at once
	ofAPI      bool          // the answer has the form of the API's errors
	lagging    bool          // the API does not know something that it accepted a moment ago
	unsent     bool          // there was no connection to send the request by
	unproven   bool          // the host has never answered, or never as the API does
	fewTimes   bool          // it may pass, but is not tried for ever
}

// asError returns err as what every call fails with, and nil for nil.
func asError(err error) *Error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Err: err}
}

// Error returns one line that is fit for a log or a diagnostic.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Method != "" {
		fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	}
	if e.File != "" {
		fmt.Fprintf(&b, "%s: ", e.File)
	}
	if e.StatusCode != 0 {
		b.WriteString(strings.TrimSpace(fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))))
	} else {
		b.WriteString(string(e.Kind))
	}
	if e.Kind == TimedOut || e.Kind == Interrupted {
		fmt.Fprintf(&b, " after %s", e.Waited.Round(time.Second))
	}
	for _, m := range e.Messages {
		fmt.Fprintf(&b, "; %s", m)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Unconfirmed > 0 {
		fmt.Fprintf(&b, "; up to %d exports may have been made", e.Unconfirmed)
	}
	if e.LastFailure != nil {
		fmt.Fprintf(&b, "; the last failure before: %v", e.LastFailure)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether the API said that there is no such thing. A 404 that has not the form of the API's errors
// comes from something else, and tells nothing of what was asked for.
func (e *Error) NotFound() bool { return e.StatusCode == http.StatusNotFound && e.ofAPI }

// mayHaveServed reports whether the server may have done what the failed request asked for: the request was sent and
// not answered, or answered by a gateway that has no answer itself (520 and 524 are what Cloudflare makes of 502 and
// 504).
func (e *Error) mayHaveServed() bool {
	switch e.StatusCode {
	case http.StatusBadGateway, http.StatusGatewayTimeout, 520, 524:
		return true
	}
	return e.Kind == Unreachable && !e.unsent
}
