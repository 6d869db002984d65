package vantage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Kind tells what went wrong, in the terms a caller acts on.
type Kind string

const (
	// Rejected means that the server answered with an error status, in Error.StatusCode.
	Rejected Kind = "rejected"
	// Unreachable means that no answer came, or not the whole of one.
	Unreachable Kind = "unreachable"
	// Malformed means that an answer came that makes no sense.
	Malformed Kind = "malformed"
	// Untrusted means that the server pointed somewhere the API token must not go. Nothing was sent there.
	Untrusted Kind = "untrusted"
	// NotWritten means that a file could not be written on this machine.
	NotWritten Kind = "not written"
	// ExportFailed means that the export ended in a final status other than completed.
	ExportFailed Kind = "export failed"
	// TimedOut means that the context's deadline passed, or would certainly pass before the request could be made.
	TimedOut Kind = "timed out"
	// Interrupted means that the context was cancelled.
	Interrupted Kind = "interrupted"
)

// Error is what every call of a Client fails with. It never holds the API token, nor the query of an address.
type Error struct {
	Kind Kind
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
	// Waited is how long a call that TimedOut or was Interrupted had lasted.
	Waited time.Duration
	// Err is the cause, where there is more to say of it than the other fields do.
	Err error
	// LastFailure is what kept a call that TimedOut or was Interrupted from succeeding before; nil when nothing did.
	LastFailure *Error

	retryAfter time.Duration // how long the server asks to leave it alone; zero when it does not say
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
	if e.LastFailure != nil {
		fmt.Fprintf(&b, "; the last failure before: %v", e.LastFailure)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether the server said that there is no such thing.
func (e *Error) NotFound() bool { return e.Kind == Rejected && e.StatusCode == http.StatusNotFound }

// redactor makes the server's words fit to be shown.
type redactor struct{ secret string }

const (
	// minSecret is the shortest API token that is looked for in what a server says. Real ones are longer; a shorter one, from a test
	// by hand, would take words apart.
	minSecret     = 8
	maxMessages   = 10
	maxMessageLen = 400
)

var queryOfAddress = regexp.MustCompile(`(https?://[^\s?#"'<>]*)[?#][^\s"'<>]*`)

// body takes the API token out of an answer that repeats it: some of what is in it goes to the state.
func (r redactor) body(b []byte) []byte {
	if len(r.secret) < minSecret {
		return b
	}
	return bytes.ReplaceAll(b, []byte(r.secret), []byte("(API token)"))
}

// text returns s on one line, shortened, without control characters, the API token, or the query of any address.
func (r redactor) text(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return ' '
	}, strings.ToValidUTF8(s, " "))
	s = strings.Join(strings.Fields(s), " ")
	s = string(r.body([]byte(s)))
	s = queryOfAddress.ReplaceAllString(s, "$1?(query removed)")
	if cut := []rune(s); len(cut) > maxMessageLen {
		s = string(cut[:maxMessageLen]) + "…"
	}
	return s
}

// cause makes an error of the HTTP library's fit to be shown. Those of type url.Error repeat the whole address.
func (r redactor) cause(err error) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	return errors.New(r.text(err.Error()))
}

// messages finds the server's words in the body of an answer. The API puts a list of strings in "errors"; a single
// string, and "error" and "message", are read too. Anything that is not JSON, from a proxy say, is shown shortened.
func (r redactor) messages(body []byte) []string {
	var said struct {
		Errors, Error, Message json.RawMessage
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return r.list(string(body))
	}
	var all []string
	for _, raw := range []json.RawMessage{said.Errors, said.Error, said.Message} {
		var list []string
		var one string
		switch {
		case len(raw) == 0 || string(raw) == "null":
		case json.Unmarshal(raw, &list) == nil:
			all = append(all, list...)
		case json.Unmarshal(raw, &one) == nil:
			all = append(all, one)
		default:
			all = append(all, string(raw))
		}
	}
	return r.list(all...)
}

func (r redactor) list(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if t = r.text(t); t == "" {
			continue
		}
		if len(out) == maxMessages {
			return append(out, "…")
		}
		out = append(out, t)
	}
	return out
}
