package vantage

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Where requests may go: the host of the configuration, and nowhere else with the API token.

// ParseHost checks a base URL as Options.Host describes it and returns it in the form that requests use.
// An empty one is DefaultHost.
func ParseHost(host string) (*url.URL, error) {
	if host == "" {
		host = DefaultHost
	}
	u, err := url.Parse(host)
	switch {
	case err != nil:
		// The parser's error repeats the whole URL, which may hold a password.
		return nil, errors.New("the URL cannot be parsed; it must look like " + DefaultHost)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, errors.New("the URL must start with https:// and name a host, like " + DefaultHost)
	case u.User != nil:
		return nil, errors.New("the URL must not hold a user name or a password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("the URL must not hold a query or a fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("plain http would show the API token to the network on the way to %s; use https "+
			"(http is accepted for loopback addresses only)", u.Host)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	if without, ends := strings.CutSuffix(u.Path, "/v2"); ends {
		u.Path = without
		return nil, fmt.Errorf("the URL must not end in /v2, which is appended to it: write %s", u)
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// checkRedirect follows a redirect only where the API token may go: to the very origin that was configured, and
// without turning one method into another.
func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case !sameOrigin(c.base, req.URL):
		return c.foreign("redirects to", req.URL)
	case req.Method != via[0].Method:
		return &Error{Kind: Malformed, Err: fmt.Errorf(
			"the server redirects a %s so that it would become a %s", via[0].Method, req.Method)}
	case len(via) >= 5:
		return &Error{Kind: Malformed, Err: errors.New("the server redirects in circles")}
	}
	return nil
}

// foreign is the error for a URL of the server's that the API token must not go to.
func (c *Client) foreign(does string, to *url.URL) *Error {
	return &Error{Kind: Untrusted, Err: fmt.Errorf("the server %s %s; the API token is only sent to %s://%s",
		does, c.redact.text(to.Scheme+"://"+to.Host), c.base.Scheme, c.base.Host)}
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
