package vantage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrorKind tells what failed.
type ErrorKind string

const (
	// Rejected means that a response had an error status, in Error.StatusCode.
	Rejected ErrorKind = "rejected"
	// Unreachable means that there was no response.
	Unreachable ErrorKind = "unreachable"
	// Malformed means that a response had a status of success, but not the API's format.
	Malformed ErrorKind = "malformed response"
	// Invalid means that the caller's input, or the user name of a proxy, cannot be used. No request was made.
	Invalid ErrorKind = "invalid"
	// Internal means that this package has a defect.
	Internal ErrorKind = "internal error"
	// TooMany means that a response, or a list of rows, exceeds the limits. It was not read to the end.
	TooMany ErrorKind = "too many"
	// Untrusted means that a response redirected to a place that the API token must not be sent to. Nothing was sent
	// there.
	Untrusted ErrorKind = "untrusted"
	// CertificateNotTrusted means that the certificate of the host is not trusted. Nothing was sent there.
	CertificateNotTrusted ErrorKind = "certificate not trusted"
	// ExportFailed means that the export reached a final status other than completed.
	ExportFailed ErrorKind = "export failed"
	// TimedOut means that the deadline of the context has passed, or would before the next request; see Error.Timeout.
	TimedOut ErrorKind = "timed out"
	// Interrupted means that the context was canceled.
	Interrupted ErrorKind = "interrupted"
)

// Error is the error of every call of a Client. It never holds the API token or the query of a URL.
type Error struct {
	Kind ErrorKind
	// Method and Path are those of the request. They are empty if no request was made.
	Method, Path string
	// StatusCode is the HTTP status of the response, 0 without a response.
	StatusCode int
	// FromAPI reports whether the response has the format of the API's errors. If not, a proxy or gateway may have sent
	// it.
	FromAPI bool
	// ContentType is the media type of a response that is not in the API's format.
	ContentType string
	// Messages are the API's messages, each on one line and truncated.
	Messages []string
	// Token and Status are those of the export, if there is one. Status is the last that was reported.
	Token, Status string
	// Unconfirmed counts the attempts to create an export that may have created one whose token is unknown. Such exports
	// expire.
	Unconfirmed int
	// Waited is the duration of a call that TimedOut or was Interrupted.
	Waited time.Duration
	// Timeout is the time that a call had that TimedOut before its deadline, because what it had to wait for would last
	// longer; Err says what. It is zero after the deadline.
	Timeout time.Duration
	// Err is the cause. It is nil if the other fields say everything.
	Err error
	// LastFailure is the last failed attempt of a call that TimedOut or was Interrupted; nil if there was none.
	LastFailure *Error
}

// Error returns one line that can be shown and logged.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Method != "" {
		fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	}
	switch {
	case e.StatusCode != 0:
		b.WriteString(strings.TrimSpace(fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))))
	case e.Kind == TimedOut || e.Kind == Interrupted:
		b.WriteString(e.Ending())
	default:
		b.WriteString(string(e.Kind))
	}
	if e.ContentType != "" {
		fmt.Fprintf(&b, " (%s)", e.ContentType)
	}
	for _, m := range e.Messages {
		fmt.Fprintf(&b, "; %s", m)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Unconfirmed > 0 {
		fmt.Fprintf(&b, "; %s", CountExports(e.Unconfirmed))
	}
	if e.LastFailure != nil {
		fmt.Fprintf(&b, "; last failure: %v", e.LastFailure)
	}
	return b.String()
}

// CountExports says how many exports may have been created without a known token.
func CountExports(n int) string {
	if n == 1 {
		return "1 export may have been created"
	}
	return fmt.Sprintf("up to %d exports may have been created", n)
}

// Ended returns the error of an operation that ended before it was done: why, as package retry returns it, and the last
// failed attempt, which may be nil.
func Ended(why error, last *Error) *Error {
	failure := &Error{Kind: TimedOut, LastFailure: last}
	switch {
	case errors.Is(why, context.Canceled):
		failure.Kind = Interrupted
	case !errors.Is(why, context.DeadlineExceeded):
		failure.Err = why
	}
	return failure
}

// Measure sets Waited and Timeout of a call that started at a time and has the deadline of ctx. A POST that was sent is
// not abandoned at the deadline; that time does not count.
func (e *Error) Measure(ctx context.Context, started time.Time) {
	e.Waited = time.Since(started)
	if deadline, ok := ctx.Deadline(); ok {
		e.Waited = min(e.Waited, deadline.Sub(started))
		if e.Kind == TimedOut && e.Err != nil {
			e.Timeout = deadline.Sub(started)
		}
	}
}

// Ending says when a call TimedOut or was Interrupted.
func (e *Error) Ending() string {
	after := ""
	if waited := e.Waited.Round(time.Second); waited > 0 {
		after = " after " + waited.String()
	}
	switch {
	case e.Timeout > 0 && after == "":
		return fmt.Sprintf("failed at once, because its timeout of %s is too short", e.Timeout)
	case e.Timeout > 0:
		after += " of " + e.Timeout.Round(time.Second).String()
	}
	return string(e.Kind) + after
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether the API itself reported that there is no such report or export, with status 404 or 410.
func (e *Error) NotFound() bool {
	return e.FromAPI && (e.StatusCode == http.StatusNotFound || e.StatusCode == http.StatusGone)
}
