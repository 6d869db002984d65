// Package redact removes credentials from text that is shown: the API token, and the queries and passwords of URLs.
package redact

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const (
	// minToken is the shortest API token that is redacted. Real tokens are longer; a shorter one, as in a local test,
	// would match parts of words.
	minToken    = 8
	maxLength   = 400 // of a message, in characters
	maxMessages = 10
)

// Redactor removes an API token from text.
type Redactor struct{ forms []string }

// New returns a Redactor for an API token: as it is, escaped in JSON, and percent-encoded.
func New(token string) Redactor {
	if len(token) < minToken {
		return Redactor{}
	}
	escaped, _ := json.Marshal(token) // a string can always be encoded
	return Redactor{[]string{
		token, strings.Trim(string(escaped), `"`), strings.NewReplacer(`\`, `\\`, `"`, `\"`, `/`, `\/`).Replace(token),
		url.QueryEscape(token), url.PathEscape(token),
	}}
}

// Contained reports whether the API token is part of text.
func (r Redactor) Contained(text []byte) bool {
	return slices.ContainsFunc(r.forms, func(form string) bool { return bytes.Contains(text, []byte(form)) })
}

func (r Redactor) withoutToken(text string) string {
	for _, form := range r.forms {
		text = strings.ReplaceAll(text, form, "(API token)")
	}
	return text
}

// secretInURL matches the query and the fragment of a URL, and its user name and password.
var secretInURL = regexp.MustCompile(`(://)[^\s"'<>/?#@]*@|([^\s"'<>])[?#][^\s"'<>]+`)

// Text returns text on one line, truncated to 400 characters, without control characters, the API token, and the
// queries and passwords of URLs.
func (r Redactor) Text(text string) string {
	text = r.withoutToken(text)
	// Far more than is shown, because what is removed may be long.
	text = text[:min(len(text), 40*maxLength)]
	text = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return ' '
	}, strings.ToValidUTF8(text, " "))
	text = strings.Join(strings.Fields(text), " ")
	text = r.withoutToken(secretInURL.ReplaceAllString(text, "$1$2")) // the removal can join the parts of a token
	if characters := []rune(text); len(characters) > maxLength {
		text = string(characters[:maxLength]) + "…"
	}
	return text
}

// Messages returns the messages of an error in the API's format, a JSON object with a list of strings in errors, and
// reports whether the body has that format. The members error and message of other JSON objects are read as well.
func (r Redactor) Messages(body []byte) (messages []string, ofAPI bool) {
	var object struct{ Errors, Error, Message any }
	if json.Unmarshal(body, &object) != nil {
		return nil, false
	}
	list, _ := object.Errors.([]any)
	ofAPI = len(list) > 0
	for _, message := range append(list, object.Errors, object.Error, object.Message) {
		text, _ := message.(string)
		if text = r.Text(text); text != "" && len(messages) < maxMessages {
			messages = append(messages, text)
		}
	}
	return messages, ofAPI
}

var word = regexp.MustCompile(`^[A-Za-z0-9_. -]{1,64}$`)

// Word returns text if it is a word such as a status, and "unknown" otherwise. It returns "" for "".
func Word(text string) string {
	if text == "" || word.MatchString(text) {
		return text
	}
	return "unknown"
}

// ContentType returns the media type of a Content-Type header, or "" if there is none that is valid.
func ContentType(header string) string {
	mediaType, _, err := mime.ParseMediaType(header)
	if err != nil || !word.MatchString(strings.NewReplacer("/", "", "+", "").Replace(mediaType)) {
		return ""
	}
	return mediaType
}

// Cause returns an error of net/http without the URL that it repeats.
func (r Redactor) Cause(err error) error {
	for {
		var ofURL *url.Error
		if !errors.As(err, &ofURL) {
			return errors.New(r.Text(err.Error()))
		}
		err = ofURL.Err
	}
}
