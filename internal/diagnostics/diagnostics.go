// Package diagnostics has the texts of all errors and warnings in tables: causes and remedies in cause.go, operations
// and their outcomes in operation.go, everything else in message.go. The file testdata/diagnostics.golden prints them.
package diagnostics

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/vantage"
)

// Failure converts an error of the client to a diagnostic: the cause, the export, and what to do next.
func Failure(op Operation, s Subject, err error) diag.Diagnostic {
	e := &vantage.Error{Kind: vantage.Internal, Err: err}
	_ = errors.As(err, &e)
	return newDiagnostic(op, s, failure{Error: e}, outcomeOf(op, e), Values{})
}

// Download describes a download that failed, for Incomplete.
type Download struct {
	Directory string
	// Complete is the number of complete files, and Count that of all files.
	Complete, Count int
	// Token is that of the export, and Validity says until when it is valid.
	Token, Validity string
}

// Incomplete converts an error of a download to a diagnostic: which file failed and why, how many files are complete,
// and how to download the rest.
func Incomplete(op Operation, s Subject, err *exportfile.Error, d Download) diag.Diagnostic {
	return newDiagnostic(op, s, failure{Error: err.Err, file: err}, incomplete, Values{
		"directory": d.Directory, "complete": fmt.Sprint(d.Complete), "count": fmt.Sprint(d.Count), "token": d.Token,
		"validity": d.Validity,
	})
}

// Expiry says that an export, or only its URLs, have expired.
type Expiry struct {
	Token string
	// At is the time of the expiry. It is zero if only the status of the export says that it has expired.
	At     time.Time
	OfURLs bool
}

// expiryTexts are the forms of an Expiry.
var expiryTexts = [...]string{
	"The export {token} expired at {at}.",
	"The URLs of the export {token} expired at {at}, before the export.",
	"The API reports the export {token} as expired.",
}

// String returns a sentence.
func (e Expiry) String() string {
	text := expiryTexts[0]
	switch {
	case e.At.IsZero():
		text = expiryTexts[2]
	case e.OfURLs:
		text = expiryTexts[1]
	}
	return Values{"token": e.Token, "at": e.At.Format(time.RFC3339)}.insert(text)
}

// Expired is the error of an operation that needs URLs that work.
func Expired(op Operation, s Subject, e Expiry) diag.Diagnostic {
	return diag.NewErrorDiagnostic(op.summary(s), e.String()+" "+texts[op].outcomes[expired])
}

// newDiagnostic assembles a diagnostic from the tables. Paragraphs without a text are left out.
func newDiagnostic(op Operation, s Subject, f failure, left outcome, values Values) diag.Diagnostic {
	why := causeOf(f)
	addValues(values, op, s, f)
	next := why.remedy
	switch left {
	case none:
	case nothingCreated:
		next = texts[op].outcomes[left] + " " + why.remedy
	case incomplete:
		next = strings.ReplaceAll(texts[op].outcomes[left], "{remedy} ", strings.TrimLeft(why.remedy+" ", " "))
	case perhapsCreated, pending:
		next = why.remedy + "\n\n" + texts[op].outcomes[left]
	case failed, lost, interrupted, expired:
		next = texts[op].outcomes[left]
	}
	paragraphs := []string{why.cause, "{export}", strings.TrimSpace(next), "{messages}"}
	var lines []string
	for _, paragraph := range paragraphs {
		if paragraph = strings.TrimSpace(values.insert(paragraph)); paragraph != "" {
			lines = append(lines, paragraph)
		}
	}
	detail := strings.Join(lines, "\n\n")
	if f.file == nil && f.NotFound() && f.Token == "" && s.Report != "" {
		return diag.NewAttributeErrorDiagnostic(path.Root(s.Report), op.summary(s), detail)
	}
	return diag.NewErrorDiagnostic(op.summary(s), detail)
}

func causeOf(f failure) cause {
	for _, c := range causes {
		if c.is(f) {
			return c
		}
	}
	return cause{} // the last cause applies to everything
}

// addValues adds the values of placeholders that describe a failure.
func addValues(v Values, op Operation, s Subject, f failure) {
	v["noun"], v["report"], v["timeout"] = s.Noun, s.Report, texts[op].timeout
	v["request"] = strings.TrimSpace(f.Method + " " + f.Path)
	v["status"] = strings.TrimSpace(fmt.Sprintf("%d %s", f.StatusCode, http.StatusText(f.StatusCode)))
	v["waited"], v["ending"] = f.Waited.Round(time.Second).String(), f.Ending()
	v["error"], v["line"] = fmt.Sprint(f.Err), f.Error.Error()
	for _, optional := range []string{"type", "because", "last", "export", "messages", "unconfirmed", "hint"} {
		v[optional] = ""
	}
	if f.ContentType != "" {
		v["type"] = " and content type " + f.ContentType
	}
	if f.Err != nil {
		v["because"] = fmt.Sprintf(": %v", f.Err)
	}
	if f.LastFailure != nil {
		v["last"] = fmt.Sprintf(" Last failure: %v.", f.LastFailure)
	}
	if f.Token != "" {
		v["export"] = "Export: " + f.Token
	}
	if f.Status != "" {
		v["export"] += fmt.Sprintf(" (status %q)", f.Status)
	}
	if f.Unconfirmed > 0 {
		count := vantage.CountExports(f.Unconfirmed)
		v["unconfirmed"] = strings.ToUpper(count[:1]) + count[1:]
	}
	if len(f.Messages) > 0 && f.file == nil {
		v["messages"] = fmt.Sprintf("API message: %q", strings.Join(f.Messages, "; "))
	}
	if strings.HasPrefix(f.Token, "rprt_") { // not documented: a hint, and never a reason to reject a token
		v["hint"] = "A token that starts with rprt_ is that of a report; the token of an export starts with dta_xprt_."
	}
	if f.file != nil {
		v["file"], v["host"], v["line"] = f.file.File, f.file.Host, f.file.Err.Error()
	}
}
