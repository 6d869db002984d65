package vantage

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// What the answer to a POST tells: the token of the export that was accepted, and when.

// createdToken returns the token that an answer of the 2xx kind names. A Location that is certain to name it will do,
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
	return "", &Error{Kind: Malformed, Err: errors.New("the server accepted the export but named no usable token for " +
		"it, neither in a Location header nor in the body; it cannot be followed")}
}

// locationToken returns the token that an answer's Location header names, or "" where it names none: the path segment
// after data_exports, which is certain, or else the last one. Nothing else of a Location is ever used, and no request
// goes there: behind a gateway it may well name another origin.
func (c *Client) locationToken(resp *http.Response) (token string, certain bool) {
	u, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		return "", false // not usable, which is no reason to lose the export
	}
	if at := c.base.ResolveReference(u); !sameOrigin(c.base, at) {
		c.log.InfoContext(resp.Request.Context(),
			"the Location of the export is at another origin; its token is used at the configured host",
			"origin", c.redact.text(at.Scheme+"://"+at.Host))
	}
	// As it was sent: unresolved, so that a dot segment does not make a token of the one before it, and with its escapes,
	// which no token has. Where RawPath is empty there are none of letters or digits.
	path := cmp.Or(u.RawPath, u.Path)
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := len(segments) - 1
	for i := last; i >= 0; i-- {
		switch {
		case segments[i] != "data_exports":
		case i == last || !c.usableToken(segments[i+1]):
			return "", false // the collection, with no token behind it
		default:
			return segments[i+1], true
		}
	}
	if !c.usableToken(segments[last]) {
		return "", false
	}
	// Beside the collection itself, as a relative reference.
	return segments[last], path == segments[last]
}

// usableToken reports whether the server's word may be the token of an export. One that repeats the API token would
// carry it into the state.
func (c *Client) usableToken(s string) bool { return ValidToken(s) && !c.redact.secretIn(s) }

// notFoundGrace is how long after its creation an export may be unknown to the server that answers the GET.
const notFoundGrace = 10 * time.Second

// acceptances remembers when each export was accepted that this client has asked for. They are few.
type acceptances struct {
	mu sync.Mutex
	at map[string]time.Time // by token
}

func (a *acceptances) note(token string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at == nil {
		a.at = map[string]time.Time{}
	}
	a.at[token] = at
}

func (a *acceptances) of(token string) (at time.Time, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, known = a.at[token]
	return at, known
}
