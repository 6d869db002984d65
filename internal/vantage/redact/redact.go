// Package redact prepares what a peer sends, such as the API, a gateway, a proxy or a file server, for diagnostics,
// logs and state: without control characters and credentials.
package redact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"unicode"
)

const (
	// minToken is the shortest API token that is redacted. Real tokens are longer; a shorter one, as in a local test,
	// would match parts of words.
	minToken    = 8
	maxLength   = 400 // of a message, in characters
	maxMessages = 10
	maxErrors   = 1 << 20 // bytes of a response that are searched for messages
)

// Redactor removes an API token from text. Its zero value has none.
type Redactor struct {
	token   string
	escaped *regexp.Regexp // matches the token
}

// New returns a Redactor for an API token. It recognizes the token with any of its characters escaped as in JSON or
// percent-encoded, once or several times.
func New(token string) Redactor {
	if len(token) < minToken {
		return Redactor{}
	}
	var pattern strings.Builder
	for i := range len(token) {
		c := regexp.QuoteMeta(token[i : i+1])
		fmt.Fprintf(&pattern, `(?:%s|\\+%s|(?:%%(?:25)*|\\+u00)(?i:%02x))`, c, c, token[i])
	}
	return Redactor{token, regexp.MustCompile(pattern.String())}
}

// Contained reports whether the API token is part of text.
func (r Redactor) Contained(text []byte) bool {
	switch {
	case r.token == "":
		return false
	case !bytes.ContainsAny(text, `\%`): // the other search reads 20 MB a second
		return bytes.Contains(text, []byte(r.token))
	}
	return r.escaped.Match(text)
}

func (r Redactor) withoutToken(text string) string {
	if r.token == "" {
		return text
	}
	return r.escaped.ReplaceAllLiteralString(text, "(API token)")
}

var (
	// secretInURL matches the query and the fragment of a URL, and its user name and password.
	secretInURL = regexp.MustCompile(`(://)[^\s"'<>/?#@]*@|([^\s"'<>])[?#][^\s"'<>]+`)
	// secretValue matches parameters, headers and members with credentials, percent-encoded or not.
	secretValue = regexp.MustCompile(`(?i)((?:^|[^a-z0-9]|%(?:25)*[0-9a-f]{2})` +
		`(?:signature|credential|security(?:-|%(?:25)*2d)?token|sig|awsaccesskeyid|authorization)` +
		`(?:\\*["']?\s*[=:>]\s*\\*["']?|%(?:25)*3[ad]))(?:(?:basic|bearer)\s+)?(?:\(API token\)|[^\s"'<>&]+)`)
)

// Text returns text on one line, truncated to 400 characters, without control characters, the API token, other
// credentials, and the queries and passwords of URLs.
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
	text = secretValue.ReplaceAllString(secretInURL.ReplaceAllString(text, "$1$2"), "$1(redacted)")
	text = r.withoutToken(text) // the removal can join the parts of a token
	if characters := []rune(text); len(characters) > maxLength {
		text = string(characters[:maxLength]) + "…"
	}
	return text
}

// Messages returns the messages of an error in the API's format, a JSON object with a list of strings in errors, and
// reports whether the body has that format. The members error and message of other JSON objects are read as well.
func (r Redactor) Messages(body []byte) (messages []string, ofAPI bool) {
	var object struct{ Errors, Error, Message any }
	if len(body) > maxErrors || json.Unmarshal(body, &object) != nil {
		return nil, false
	}
	list, _ := object.Errors.([]any)
	ofAPI = len(list) > 0
	for _, message := range append(list, object.Errors, object.Error, object.Message) {
		text, _ := message.(string)
		if len(messages) == maxMessages {
			break
		}
		if text = r.Text(text); text != "" {
			messages = append(messages, text)
		}
	}
	return messages, ofAPI
}

var (
	word = regexp.MustCompile(`^[\w. -]{1,64}$`)
	host = regexp.MustCompile(`^([\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$`)
)

// Word returns text if it is a word such as a status, and "unknown" otherwise. It returns "" for "".
func (r Redactor) Word(text string) string { return r.matching(word, text) }

func (r Redactor) matching(form *regexp.Regexp, text string) string {
	if text == "" || form.MatchString(text) && !r.Contained([]byte(text)) {
		return text
	}
	return "unknown"
}

// Host returns the host of a URL, with or without a port, if it has the form of a name or of an IP address, and
// "unknown" otherwise.
func (r Redactor) Host(text string) string { return r.matching(host, text) }

// ContentType returns the media type of a Content-Type header, or "" if there is none that is valid.
func (r Redactor) ContentType(header string) string {
	mediaType, _, err := mime.ParseMediaType(header)
	plain := strings.NewReplacer("/", "", "+", "").Replace(mediaType)
	if err != nil || r.Word(plain) != plain {
		return ""
	}
	return mediaType
}
