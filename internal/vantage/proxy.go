package vantage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// ProxyFor returns the host of the proxy through which a request to u is sent, and the environment variable that the
// proxy is from. It reports false if the request is sent directly.
func ProxyFor(u *url.URL) (host, variable string, ok bool) {
	proxy, err := httpproxy.FromEnvironment().ProxyFunc()(u)
	if err != nil || proxy == nil {
		return "", "", false
	}
	variable = proxyVariable(u)
	if misread(proxy) { // the parsed host can be a part of the password
		return proxyHost(os.Getenv(variable)), variable, true
	}
	return proxy.Host, variable, true
}

// CheckProxy returns an error if requests to the host, which is described by Options.Host, need a proxy and its
// environment variable cannot be parsed or is misread, as with special characters in a password. Go reports neither: it
// ignores the variable, or connects to another proxy. The error does not contain the password.
func CheckProxy(host string) error {
	u, err := ParseHost(host)
	if err != nil {
		return err
	}
	variable := proxyVariable(u)
	value := os.Getenv(variable)
	config := httpproxy.FromEnvironment()
	proxy, _ := config.ProxyFunc()(u)
	config.HTTPProxy, config.HTTPSProxy = "valid", "valid"
	proxied, _ := config.ProxyFunc()(u) // nil if NO_PROXY or a loopback address excludes the host
	consequence := ""
	switch {
	case value == "" || proxied == nil:
		return nil
	case proxy == nil:
		consequence = "cannot be parsed, and requests are sent without a proxy"
	case misread(proxy):
		consequence = "is misread, and requests are sent to a proxy that does not exist"
	default:
		return nil
	}
	return fmt.Errorf("the URL of the proxy %s in the environment variable %s %s; remove quotation marks and "+
		`percent-encode the user name and the password: %% as %%25, # as %%23, / as %%2F, ? as %%3F, \ as %%5C`,
		proxyHost(value), variable, consequence)
}

var errProxyAuth = errors.New("the proxy requires authentication (status 407); " +
	"check the user name and the password in the variable")

// proxyConnectError is an http.Transport.OnProxyConnectResponse for a proxy that rejects a connection.
func proxyConnectError(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return errProxyAuth
	}
	return fmt.Errorf("the proxy rejected the connection with status %d", resp.StatusCode)
}

func proxyVariable(u *url.URL) string {
	name := strings.ToUpper(u.Scheme) + "_PROXY"
	if os.Getenv(name) == "" {
		name = strings.ToLower(name)
	}
	return name
}

// misread reports whether a proxy's credentials were parsed as another part of the URL because they are not encoded.
func misread(proxy *url.URL) bool {
	return proxy.Host == "" || strings.Contains(proxy.Path+proxy.RawQuery+proxy.Fragment, "@")
}

// proxyHost returns the host that a proxy URL with unescaped credentials is meant to have.
func proxyHost(value string) string {
	if _, after, ok := strings.Cut(value, "://"); ok {
		value = after
	}
	value = value[strings.LastIndex(value, "@")+1:]
	if end := strings.IndexAny(value, `/"'`); end >= 0 {
		value = value[:end]
	}
	return value
}
