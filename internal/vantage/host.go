package vantage

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"terraform-provider-vantage/internal/vantage/redact"
)

// DefaultHost is the base URL of the public service.
const DefaultHost = "https://api.vantage.sh"

// ParseHost checks a base URL as Options.Host describes it, and returns it in the form that requests use. An empty host
// is DefaultHost.
func ParseHost(host string) (*url.URL, error) {
	if host == "" {
		host = DefaultHost
	}
	u, err := url.Parse(host)
	switch {
	case err != nil:
		// The parser's error repeats the whole URL, which may hold a password.
		return nil, errors.New("the URL is invalid; it must start with https:// and name a host, like " + DefaultHost)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, errors.New("the URL must start with https:// and name a host, like " + DefaultHost)
	case u.User != nil:
		return nil, errors.New("the URL must not hold a user name or a password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("the URL must not hold a query or a fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("plain http would send the API token to %s unencrypted; use https "+
			"(http is accepted for loopback addresses only)", u.Host)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	if without, ends := strings.CutSuffix(u.Path, "/v2"); ends {
		u.Path = without
		return nil, fmt.Errorf("the URL must not end in /v2, which the provider appends: use %s", u)
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// checkRedirect follows a redirect only within the origin of the first request, and only if the method stays the same.
func checkRedirect(redactor redact.Redactor) func(req *http.Request, via []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		base := via[0].URL
		switch {
		case !sameOrigin(base, req.URL):
			return &Error{Kind: Untrusted, Err: fmt.Errorf("the response redirects to another host, %q; the API token is only "+
				"sent to %s://%s", redactor.Host(req.URL.Host), base.Scheme, base.Host)}
		case req.Method != via[0].Method:
			return &Error{Kind: Untrusted, Err: fmt.Errorf(
				"the response redirects a %s so that it would become a %s", via[0].Method, req.Method)}
		case len(via) >= 5:
			return &Error{Kind: Untrusted, Err: errors.New("too many redirects")}
		}
		return nil
	}
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
