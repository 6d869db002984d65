package vantage

import (
	"net/url"
	"strings"
	"testing"
)

// The tests set environment variables and so cannot be parallel.

type env map[string]string

func clearProxies(t *testing.T, set env) {
	t.Helper()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"} {
		t.Setenv(name, set[name])
	}
}

func TestProxyOf_describesTheProxy(t *testing.T) { //nolint:paralleltest // sets environment variables
	//nolint:paralleltest // likewise
	for name, test := range map[string]struct {
		url  string
		env  env
		want string
	}{
		"none":       {DefaultHost, nil, ""},
		"upper case": {DefaultHost, env{"HTTPS_PROXY": "http://p:1"}, "proxy p:1 (environment variable HTTPS_PROXY)"},
		"lower case": {DefaultHost, env{"https_proxy": "p:1"}, "proxy p:1 (environment variable https_proxy)"},
		"both": {
			DefaultHost, env{"https_proxy": "p:1", "HTTPS_PROXY": "q:1"}, "proxy q:1 (environment variable HTTPS_PROXY)",
		},
		"http": {
			"http://api.example", env{"HTTP_PROXY": "p:1"}, "proxy p:1 (environment variable HTTP_PROXY)",
		},
		"of another scheme": {DefaultHost, env{"HTTP_PROXY": "p:1"}, ""},
		"excluded":          {DefaultHost, env{"HTTPS_PROXY": "p:1", "no_proxy": ".vantage.sh"}, ""},
		"loopback":          {"https://127.0.0.1:1", env{"HTTPS_PROXY": "p:1"}, ""},
		"with a password": {
			DefaultHost, env{"HTTPS_PROXY": "http://me:hunter2@p:1/"}, "proxy p:1 (environment variable HTTPS_PROXY)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			clearProxies(t, test.env)
			u, err := url.Parse(test.url)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := proxyOf(u); got != test.want || err != nil {
				t.Errorf("%q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func checkProxy(t *testing.T, host string) error {
	t.Helper()
	client, err := New(Options{APIToken: "any", Host: host})
	if err != nil {
		t.Fatal(err)
	}
	return client.CheckProxy()
}

func TestProxyOf_rejectsInvalidVariables(t *testing.T) {
	for value, valid := range map[string]bool{
		"":                          true,
		"p:1":                       true,
		"http://p:1":                true,
		"http://p:1/":               true,
		"http://[::1]:1":            true,
		"http://me:hun%25ter2@p:1":  true,
		"http://me:hun@ter2@p:1":    true,
		"http://me:hun%ter2@p:1":    false,
		"me:hun%ter2@p:1":           false,
		`"http://me:hunter2@p:1"`:   false,
		"http://me:hun#ter2@p:1":    false,
		"http://me:12#hunter2@p:1":  false,
		"http://me:hun/ter2@p:1":    false,
		"http://me:hun?ter2@p:1":    false,
		`http://me:hun\ter2@p:1`:    false,
		"http://me:h@un/ter2@p:1/":  false,
		"http://me:h%un#te\\r2@p:1": false,
		"socks5://me:hun#ter2@p:1":  false,
		"me:hunter2:127.0.0.1:1":    false,
		"http://me:hunter2:p:1":     false,
	} {
		t.Run(value, func(t *testing.T) {
			clearProxies(t, env{"HTTPS_PROXY": value})
			err := checkProxy(t, DefaultHost)
			switch {
			case (err == nil) != valid:
				t.Errorf("the error is %v", err)
			case valid:
			case !strings.Contains(err.Error(), " HTTPS_PROXY "):
				t.Errorf("%v does not name the variable", err)
			case strings.Contains(err.Error(), "ter2") || strings.Contains(err.Error(), "hun"):
				t.Errorf("%v shows the password", err)
			}
			if err := checkProxy(t, "http://127.0.0.1:1"); err != nil {
				t.Errorf("a loopback address needs no proxy: %v", err)
			}
			t.Setenv("NO_PROXY", "vantage.sh")
			if err := checkProxy(t, DefaultHost); err != nil {
				t.Errorf("the host is excluded: %v", err)
			}
		})
	}
}
