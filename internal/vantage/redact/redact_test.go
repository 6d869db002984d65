package redact_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"terraform-provider-vantage/internal/vantage/redact"
)

const token = `vntg_tkn_a+b/"c`

func TestText(t *testing.T) {
	t.Parallel()
	r := redact.New(token)
	for text, want := range map[string]string{
		"":                         "",
		" a \n\t b\x1b[31m ":       "a b [31m",
		"the token " + token + ".": "the token (API token).",
		"https://f.example/a.csv?X-Amz-Signature=abc&x=1 now": "https://f.example/a.csv now",
		"see <https://f.example/a?x=1>":                       "see <https://f.example/a>",
		"/a/b.csv?sig=abc":                                    "/a/b.csv",
		"https://f.example/a#fragment":                        "https://f.example/a",
		"https://user:secret@f.example/a":                     "https://f.example/a",
		"https://f.example/é?X-Sig=abc":                       "https://f.example/é",
		strings.Repeat(" ", 15_988) + token:                   "(API token)",
		"why? because":                                        "why? because",
		strings.Repeat("x", 500):                              strings.Repeat("x", 400) + "…",
		"\xff\xfe broken":                                     "broken",

		`partly \u0076ntg%5Ftkn%255fa%2bb\\\/\"c`:            "partly (API token)",
		`https://f.example/a?x=1 &X-Amz-Signature=s3cr3t y`:  "https://f.example/a &X-Amz-Signature=(redacted) y",
		`https://f.example/a?x="&X-Amz-Signature=s3cr3t" y`:  `https://f.example/a"&X-Amz-Signature=(redacted)" y`,
		"a%3Fx%26X-Amz-Credential%3DAKIA%252F20 y":           "a%3Fx%26X-Amz-Credential%3D(redacted) y",
		"x%2526sig%253Ds3cr3t%2526Signature%253Ds3cr3t":      "x%2526sig%253D(redacted)",
		"X%2DAmz%2DSecurity%2DToken%3Ds3cr3t":                "X%2DAmz%2DSecurity%2DToken%3D(redacted)",
		"X-Amz-Security-Token: s3cr3t, X-Goog-Signature=abc": "X-Amz-Security-Token: (redacted) X-Goog-Signature=(redacted)",
		`{"X-Goog-Credential":"s3cr3t","sig":"s3cr3t"}`:      `{"X-Goog-Credential":"(redacted)","sig":"(redacted)"}`,
		`{\"Signature\":\"s3cr3t\"}`:                         `{\"Signature\":\"(redacted)"}`,
		"<Signature>s3cr3t</Signature>":                      "<Signature>(redacted)</Signature>",
		"Authorization: Bearer " + token + ", x":             "Authorization: (redacted), x",
		"Proxy-Authorization: Basic s3cr3t":                  "Proxy-Authorization: (redacted)",
		"the signature is wrong, design=good":                "the signature is wrong, design=good",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestContained(t *testing.T) {
	t.Parallel()
	r := redact.New(token)
	for text, want := range map[string]bool{
		"x" + token + "y": true, `vntg_tkn_a+b/\"c`: true, url.PathEscape(token): true, "vntg_tkn_": false, "": false,
		`\u0076\u006eTg_tkn_a+b\/\u0022c`: false, `\u0076\u006etg_tkn_a+b\/\u0022c`: true, `\\u0076ntg_tkn_a%2bb/%22c`: true,
	} {
		if got := r.Contained([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	// The token of a local test must not match parts of words.
	if redact.New("any").Contained([]byte("anything")) {
		t.Error("a short token is contained")
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	many := strings.Repeat(`"m",`, 20)
	for body, want := range map[string]struct {
		messages string
		ofAPI    bool
	}{
		`{"errors":["a","b"]}`:                {"a|b", true},
		`{"errors":["a",{"code":1}]}`:         {"a", true},
		`{"errors":["",null]}`:                {"", true},
		`{"errors":[]}`:                       {"", false},
		`{"errors":"one"}`:                    {"one", false},
		`{"error":"e","message":"m"}`:         {"e|m", false},
		`{"error":{"code":1}}`:                {"", false},
		`{"message":"see https://x/a?sig=1"}`: {"see https://x/a", false},
		`{"errors":[` + many + `"m"]}`:        {strings.TrimSuffix(strings.Repeat("m|", 10), "|"), true},
		`null`:                                {"", false},
		``:                                    {"", false},
		"<html><h1>Sign in</h1></html>":       {"", false},
	} {
		messages, ofAPI := redact.New(token).Messages([]byte(body))
		if got := strings.Join(messages, "|"); got != want.messages || ofAPI != want.ofAPI {
			t.Errorf("%s: %q, %v, want %q, %v", body, got, ofAPI, want.messages, want.ofAPI)
		}
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	r := redact.New("vntg_tkn_0123")
	for text, want := range map[string]string{
		"": "", "completed": "completed", "cost_report 2.0-a": "cost_report 2.0-a", "a\nb": "unknown", "<b>": "unknown",
		"https://x/?sig=1": "unknown", strings.Repeat("x", 65): "unknown", "a vntg_tkn_0123": "unknown",
	} {
		if got := r.Word(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	for header, want := range map[string]string{
		"text/html; charset=utf-8": "text/html", "application/problem+json": "application/problem+json", "": "", "a b": "",
		"\x1b/x": "", "text/vntg_tkn_0123": "",
	} {
		if got := r.ContentType(header); got != want {
			t.Errorf("%q became %q, want %q", header, got, want)
		}
	}
	long := strings.Repeat("x", 63) + ".s3.us-east-1.amazonaws.com"
	for text, want := range map[string]string{
		"": "", "f.example": "f.example", "f_1.example:8443": "f_1.example:8443", "[::1]:80": "[::1]:80",
		"[fe80::1]": "[fe80::1]", long: long, "127.0.0.1:1": "127.0.0.1:1", "user:PW:127.0.0.1:1": "unknown",
		"user:PW": "unknown", "a\u202eb": "unknown", "sig=1.example": "unknown", "vntg_tkn_0123.example": "unknown",
		"[fe80::1%\x1b]": "unknown",
	} {
		if got := r.Host(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// The text of a peer is replaced; what a user needs to know about the network is kept.
func TestCause(t *testing.T) {
	t.Parallel()
	const repeated = "s3cr3t " + token
	const brokenEscape = "https://f.example/%zz?X-Amz-Signature=s3cr3t"
	_, unparsable := url.Parse(brokenEscape) //nolint:staticcheck // it does not parse on purpose
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	reset := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	for _, test := range []struct {
		err  error
		want string
	}{
		{errors.New(repeated), "no valid HTTP response was received"},
		{errors.Join(errors.New(repeated), io.EOF), "no valid HTTP response was received"},
		{unparsable, "no valid HTTP response was received"},
		{&url.Error{Op: "Get", URL: repeated, Err: io.EOF}, "EOF"},
		{fmt.Errorf("%s: %w", repeated, &url.Error{URL: repeated, Err: reset}), "read tcp: connection reset by peer"},
		{dial(errors.New(repeated)), "dial tcp: no valid HTTP response was received"},
		{&net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial(syscall.ECONNREFUSED)},
			"proxyconnect tcp: dial tcp: connection refused"},
		{dial(&net.DNSError{Err: "no such host", Name: "api.example", Server: "192.0.2.1:53"}),
			"dial tcp: lookup api.example on 192.0.2.1:53: no such host"},
		{dial(&net.DNSError{Err: "no such host", Name: "user:s3cr3t:127.0.0.1"}), "dial tcp: lookup unknown: no such host"},
		{dial(&net.AddrError{Err: "too many colons in address", Addr: "user:s3cr3t:127.0.0.1:1"}),
			"dial tcp: too many colons in address"},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "api.example"}},
			"tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match api.example"},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
			"tls: first record does not look like a TLS handshake"},
		{&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, "remote error: tls: handshake failure"},
		{os.ErrDeadlineExceeded, "i/o timeout"},
	} {
		if got := redact.New(token).Cause(test.err).Error(); got != test.want {
			t.Errorf("%q became %q, want %q", test.err, got, test.want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a " + token + " https://x/?q#f")
	f.Add(`{"a":"\u0076ntg_tkn_ %26X-Goog-Signature%3d`)
	f.Fuzz(func(t *testing.T, text string) {
		got := redact.New(token).Text(text + " X-Amz-Signature=s3cr3t-1&" + text)
		if strings.Contains(got, token) || strings.ContainsAny(got, "\n\r\t\x1b") || len([]rune(got)) > 401 {
			t.Errorf("%q became %q", text, got)
		}
		if strings.Contains(got, "s3cr3t-1") && !strings.Contains(text, "s3cr3t-1") {
			t.Errorf("%q became %q", text, got)
		}
	})
}
