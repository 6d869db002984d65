package vantage

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// createdToken returns the token that the response to a POST names. A Location that is certain to name it suffices,
// even if the body is cut off.
func (c *Client) createdToken(resp *http.Response) (string, error) {
	token, certain := c.locationToken(resp)
	if certain {
		return token, nil
	}
	raw, err := io.ReadAll(resp.Body)
	var body struct{ Token string }
	switch {
	case decodeJSON(raw, &body) == nil && c.usableToken(body.Token):
		return body.Token, nil
	case token != "":
		return token, nil
	case err != nil:
		return "", err
	}
	return "", errors.New("the response names no usable token of the export, neither in a Location header nor in the body")
}

// locationToken returns the token that a Location header names, or "" if it names none: the path segment after
// data_exports, which is certain, or else the last segment. Nothing else of a Location is used, and no request is sent
// there: behind a gateway it may name another origin.
func (c *Client) locationToken(resp *http.Response) (token string, certain bool) {
	u, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		return "", false
	}
	if at := c.base.ResolveReference(u); !sameOrigin(c.base, at) {
		c.options.Logger.InfoContext(resp.Request.Context(),
			"the Location of the export has another origin; its token is used with the configured host",
			"origin", c.redact.Text(at.Scheme+"://"+at.Host))
	}
	// As it was sent: unresolved, so that a dot segment does not change which segment is last, and with its escapes, which
	// no token has. If RawPath is empty there are no escapes of letters or digits.
	path := cmp.Or(u.RawPath, u.Path)
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := len(segments) - 1
	for i := last; i >= 0; i-- {
		switch {
		case segments[i] != "data_exports":
		case i == last || !c.usableToken(segments[i+1]):
			return "", false // the collection
		default:
			return segments[i+1], true
		}
	}
	if !c.usableToken(segments[last]) {
		return "", false
	}
	// A relative reference from the collection.
	return segments[last], path == segments[last]
}

// usableToken reports whether s can be the token of an export. It must not contain the API token, which would otherwise
// be stored in the state.
func (c *Client) usableToken(s string) bool {
	return ValidToken(s) && s != c.options.APIToken && !c.redact.Contained([]byte(s))
}

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// ValidToken reports whether s has the form of a token: up to 200 letters, digits, underscores and hyphens.
func ValidToken(s string) bool { return tokenForm.MatchString(s) }
