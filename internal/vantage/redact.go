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

// redactor makes the server's words fit to be shown. Every text of a server goes through it on its way to an error, a
// log, progress or the state: what a server says may repeat the API token, or a pre-signed URL, which is all it takes
// to read the costs, and not always in the form in which it was sent.
type redactor struct{ secret string }

const (
	// minSecret is the shortest API token that is looked for in what a server says. Real ones are longer; a shorter
	// one, from a test by hand, would take words apart.
	minSecret     = 8
	maxMessages   = 10
	maxMessageLen = 400
	// maxReadLen is how many bytes of a text are looked at. Far more than are shown, for what is removed may be long.
	maxReadLen = 16 << 10

	tokenRemoved      = "(API token)"
	queryRemoved      = "?(query removed)"
	credentialRemoved = "(credential removed)"
)

// Both forms are looked for in a text whose escapes are undone; its matching groups are what is removed. Escaped white
// space and quotes are a byte 1 there, which is part of a URL.
var (
	queryForm = regexp.MustCompile(
		`://[^\s"'<>?#]*([?#][^\s"'<>]*)` + // of a URL
			`|(\?[\w\x01%~-][^\s"'<>]*)` + // of a URL without its scheme
			`|([\w.~-]+=[^\s"'<>&]*&[^\s"'<>]*)`) // of which only the query is left

	credentialForm = regexp.MustCompile(
		`(?i)//([^\s"'<>/@]+)@` + // of a URL
			`|\b(?:` + credentialNames + `)[\s\x01"']*=[\s\x01"'=]*([^\s"'<>&]+)` +
			// In prose a colon follows such a name too: "api_key: is missing".
			`|\b(?:` + credentialNames + `)[\s\x01"']*[:>][\s\x01"':>]*([^\s"'<>&]*[0-9][^\s"'<>&]*)` +
			`|\b(?:bearer|basic)[\s\x01]+([^\s"'<>]*[0-9][^\s"'<>]*)` +
			`|\b((?-i:AKIA|ASIA)[A-Z0-9]{12,})` + // the access keys of AWS
			`|([0-9a-f]{64,})` + // a signature
			`|\b(eyJ[\w-]+\.[\w-]+\.[\w-]*)` + // a JSON web token
			`|\b(vntg_tkn_[\w-]+)`)
)

// credentialNames are the names of headers, parameters and elements whose values are credentials.
const credentialNames = `x-(?:amz|goog)-[a-z0-9-]+` +
	`|[a-z_-]*signature[a-z]*|(?:[a-z_-]*[_-])?sig|stringtosign[a-z]*` +
	`|awsaccesskeyid|googleaccessid|key-pair-id` +
	`|[a-z_-]*(?:access|api|auth|id|refresh|security|session)[_-]?(?:key|token)` +
	`|[a-z_-]*secret[a-z_-]*|passw(?:or)?d|authorization|[a-z_-]*credentials?`

// body takes the API token out of an answer that repeats it, however it is escaped: some of what is in it goes to the
// state. The rest of the answer, and its form, stay as they are.
func (r redactor) body(b []byte) []byte {
	if len(r.secret) < minSecret {
		return b
	}
	b = bytes.ReplaceAll(b, []byte(r.secret), []byte(tokenRemoved))
	var out []byte // what precedes rest, once something was removed
	rest := b
	// One stretch after the other, so that little memory is needed for a long answer.
	for at := 0; at < len(rest); {
		length := endOfString(rest[at:])
		if clean, found := r.removeEscaped(rest[at : at+length]); found {
			out = append(append(out, rest[:at]...), clean...)
			rest, at = rest[at+length:], 0
			continue
		}
		at += length
	}
	if out == nil {
		return b
	}
	return append(out, rest...)
}

// removeSecret takes the API token out of a text.
func (r redactor) removeSecret(text string) string {
	if len(r.secret) < minSecret {
		return text
	}
	clean, _ := r.removeEscaped([]byte(strings.ReplaceAll(text, r.secret, tokenRemoved)))
	return string(clean)
}

// removeEscaped takes the API token out where it is escaped, and reports whether it was there.
func (r redactor) removeEscaped(text []byte) (clean []byte, found bool) {
	if !bytes.ContainsAny(text, escapeSigns) {
		return text, false
	}
	secret, u := unescape([]byte(r.secret)).text, unescape(text)
	done := 0
	for from := 0; ; {
		at := bytes.Index(u.text[from:], secret)
		if at < 0 {
			return append(clean, text[done:]...), found
		}
		first, last := u.source(from+at, from+at+len(secret))
		clean = append(append(clean, text[done:first]...), tokenRemoved...)
		done, from, found = last, from+at+len(secret), true
	}
}

// endOfString returns the length of what precedes a quote, a good way into b, or that of all of b. The quote begins
// or ends a string of a JSON text, so that nothing within one is divided: an escaped quote is none.
func endOfString(b []byte) int {
	const atLeast = 64 << 10
	for i := atLeast; i < len(b); i++ {
		if b[i] == '"' && b[i-1] != '\\' {
			return i
		}
	}
	return len(b)
}

// secretIn reports whether s holds the API token, escaped or not.
func (r redactor) secretIn(s string) bool {
	return s == r.secret || r.removeSecret(s) != s
}

// text returns s on one line, shortened, without control characters, the API token, the query of any URL, or anything
// else that looks like a credential. It takes time linear in what it reads of s.
func (r redactor) text(s string) string {
	s, shortened := cutAtWord(s, maxReadLen)
	s = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return ' '
	}, strings.ToValidUTF8(s, " "))
	s = strings.Join(strings.Fields(s), " ")
	s = remove(r.removeSecret(s), queryForm, queryRemoved)
	s = remove(s, credentialForm, credentialRemoved)
	if runes := []rune(s); len(runes) > maxMessageLen {
		s, shortened = string(runes[:maxMessageLen]), true
	}
	if shortened {
		s += "…"
	}
	return s
}

// cutAtWord returns at most so many bytes of s. A word that is cut is left out: a part of a credential looks like none.
func cutAtWord(s string, most int) (string, bool) {
	if len(s) <= most {
		return s, false
	}
	return s[:strings.LastIndexAny(s[:most], " \t\r\n")+1], true
}

// remove replaces what form finds in s, however it is escaped.
func remove(s string, form *regexp.Regexp, replacement string) string {
	u := unescape([]byte(s))
	var out strings.Builder
	done := 0
	for _, match := range form.FindAllSubmatchIndex(u.withoutEscapedSeparators(), -1) {
		for group := 2; group < len(match); group += 2 {
			if match[group] < 0 {
				continue
			}
			first, last := u.source(match[group], match[group+1])
			out.WriteString(s[done:first] + replacement)
			done = last
		}
	}
	return out.String() + s[done:]
}

// cause makes an error of the HTTP library's fit to be shown. Those of net/url repeat the whole of a URL, and are
// left out.
func (r redactor) cause(err error) error {
	for {
		var ofURL *url.Error
		if !errors.As(err, &ofURL) {
			break
		}
		if ofURL.Op == "parse" {
			return errUnreadableURL
		}
		err = ofURL.Err
	}
	var escape url.EscapeError
	var host url.InvalidHostError
	if errors.As(err, &escape) || errors.As(err, &host) {
		return errUnreadableURL
	}
	return errors.New(r.text(err.Error()))
}

var errUnreadableURL = errors.New("a URL cannot be read")

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
