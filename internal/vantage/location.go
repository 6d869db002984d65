package vantage

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// createdToken returns the token that the response to a POST names: in its Location, even if the body is cut off, or
// else in the body.
func (c *Client) createdToken(resp *http.Response) (string, error) {
	if token := locationToken(resp.Header); c.usableToken(token) {
		return token, nil
	}
	raw, err := io.ReadAll(resp.Body)
	var body struct{ Token string }
	switch {
	case err != nil:
		return "", err
	case json.Unmarshal(raw, &body) == nil && c.usableToken(body.Token):
		return body.Token, nil
	}
	return "", errors.New("the response names no usable token of the export, neither in a Location header nor in the body")
}

// locationToken returns the path segment after data_exports in a Location header, "" without one. Nothing else of a
// Location is used, and no request is sent there: behind a gateway it may name another origin.
func locationToken(h http.Header) string {
	u, err := url.Parse(h.Get("Location"))
	if err != nil {
		return ""
	}
	// As it was sent: with its escapes, which no token has.
	_, after, _ := strings.Cut("/"+u.EscapedPath(), "/data_exports/")
	token, _, _ := strings.Cut(after, "/")
	return token
}

// usableToken reports whether s can be the token of an export. It must not contain the API token, which would otherwise
// be stored in the state.
func (c *Client) usableToken(s string) bool {
	return ValidToken(s) && s != c.options.APIToken && !c.redact.Contained([]byte(s))
}

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// ValidToken reports whether s has the form of a token: up to 200 letters, digits, underscores and hyphens.
func ValidToken(s string) bool { return len(s) <= 200 && tokenForm.MatchString(s) }
