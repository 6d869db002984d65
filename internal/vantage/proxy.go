package vantage

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"terraform-provider-vantage/internal/vantage/redact"
)

// CheckProxy returns an error if requests to the API need a proxy whose environment variable is not usable.
func (c *Client) CheckProxy() error {
	_, err := proxyOf(c.base)
	return err
}

// proxyOf describes the proxy through which requests to u are sent. It returns "" without one, and an error if its
// environment variable cannot be parsed or is misread, as with special characters in a password. Go reports neither: it
// ignores the variable, or connects to another proxy. The error does not contain the password.
func proxyOf(u *url.URL) (description string, err error) {
	variable := strings.ToUpper(u.Scheme) + "_PROXY"
	if os.Getenv(variable) == "" {
		variable = strings.ToLower(variable)
	}
	config := httpproxy.FromEnvironment()
	proxy, _ := config.ProxyFunc()(u)
	config.HTTPProxy, config.HTTPSProxy = "valid", "valid"
	proxied, _ := config.ProxyFunc()(u) // nil if NO_PROXY or a loopback address excludes the host
	consequence := ""
	switch {
	case os.Getenv(variable) == "" || proxied == nil:
		return "", nil
	case proxy == nil:
		consequence = "cannot be parsed, and requests are sent without a proxy"
	case proxy.Host == "" || strings.Contains(proxy.Path+proxy.RawQuery+proxy.Fragment, "@"):
		consequence = "is misread, and requests are sent to a proxy that does not exist"
	default:
		return fmt.Sprintf("proxy %s (environment variable %s)", proxy.Host, variable), nil
	}
	return "", fmt.Errorf("the URL of the proxy %s in the environment variable %s %s; remove quotation marks and "+
		`percent-encode the user name and the password: %% as %%25, # as %%23, / as %%2F, ? as %%3F, \ as %%5C`,
		proxyHost(os.Getenv(variable)), variable, consequence)
}

const errProxyAuth = redact.Words("the proxy requires authentication (status 407); " +
	"check the user name and the password in the variable")

// proxyConnectError is an http.Transport.OnProxyConnectResponse for a proxy that rejects a connection.
func proxyConnectError(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return errProxyAuth
	}
	return redact.Words(fmt.Sprintf("the proxy rejected the connection with status %d", resp.StatusCode))
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
