package vantage

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxyOf describes the proxy through which requests to u are sent. It returns "" without one, and an error if its
// environment variable cannot be parsed or is misread, as with special characters in a password. Go reports neither: it
// ignores the variable, or connects to another proxy. The error shows nothing of the value.
func proxyOf(u *url.URL) (description string, err error) {
	variable := strings.ToUpper(u.Scheme) + "_PROXY"
	if os.Getenv(variable) == "" {
		variable = strings.ToLower(variable)
	}
	config := httpproxy.FromEnvironment()
	proxy, _ := config.ProxyFunc()(u)
	config.HTTPProxy, config.HTTPSProxy = "valid", "valid"
	proxied, _ := config.ProxyFunc()(u) // nil if NO_PROXY or a loopback address excludes the host
	switch {
	case os.Getenv(variable) == "" || proxied == nil:
		return "", nil
	case proxy == nil, proxy.Host == "", strings.Contains(proxy.Path+proxy.RawQuery+proxy.Fragment, "@"),
		strings.Contains(proxy.Hostname(), ":") && proxy.Host[0] != '[':
		return "", fmt.Errorf("the environment variable %s is not the URL of a proxy, such as "+
			"http://user:password@proxy.example:8080; remove quotation marks, and percent-encode special characters of the "+
			"user name and the password, such as # as %%23", variable)
	}
	return fmt.Sprintf("proxy %s (environment variable %s)", proxy.Host, variable), nil
}

// throughProxy completes the error of a connection that failed by the proxy that it needs.
func throughProxy(u *url.URL, err error) error {
	proxy, invalid := proxyOf(u)
	switch {
	case invalid != nil:
		return invalid // the other error can contain a part of the password
	case proxy != "":
		return fmt.Errorf("through the %s: %w", proxy, err)
	}
	return err
}

// proxyError is the status with which a proxy rejected a connection.
type proxyError int

// Error implements error.
func (status proxyError) Error() string {
	if status == http.StatusProxyAuthRequired {
		return "the proxy requires authentication (status 407); check the user name and the password in the variable"
	}
	return fmt.Sprintf("the proxy rejected the connection with status %d", int(status))
}

// proxyConnectError is an http.Transport.OnProxyConnectResponse.
func proxyConnectError(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return proxyError(resp.StatusCode)
	}
	return nil
}
