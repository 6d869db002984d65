package vantage

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

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

// secretIn reports whether s holds the API token.
func (r redactor) secretIn(s string) bool {
	return len(r.secret) >= minSecret && strings.Contains(s, r.secret)
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
