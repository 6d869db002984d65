package redact_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/vantage/redact"
)

const token = `vntg_tkn_a+b/"c`

func TestText(t *testing.T) {
	t.Parallel()
	r := redact.New(token)
	for text, want := range map[string]string{
		"":                                  "",
		" a \n\t b\x1b[31m ":                "a b [31m",
		"the token " + token + ".":          "the token (API token).",
		`in JSON vntg_tkn_a+b/\"c`:          "in JSON (API token)",
		`in JSON vntg_tkn_a+b\/\"c`:         "in JSON (API token)",
		"encoded " + url.QueryEscape(token): "encoded (API token)",
		"https://f.example/a.csv?X-Amz-Signature=abc&x=1 now": "https://f.example/a.csv now",
		"see <https://f.example/a?x=1>":                       "see <https://f.example/a>",
		"/a/b.csv?sig=abc":                                    "/a/b.csv",
		"https://f.example/a#fragment":                        "https://f.example/a",
		"https://user:secret@f.example/a":                     "https://f.example/a",
		"https://f.example/?X-Sig=abc":                        "https://f.example/",
		"https://f.example/a(1)?X-Sig=abc":                    "https://f.example/a(1)",
		"https://f.example/é?X-Sig=abc":                       "https://f.example/é",
		strings.Repeat(" ", 15_988) + token:                   "(API token)",
		"why? because":                                        "why? because",
		strings.Repeat("x", 500):                              strings.Repeat("x", 400) + "…",
		"\xff\xfe broken":                                     "broken",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	// The token of a local test must not match parts of words.
	if got := redact.New("any").Text("anything"); got != "anything" {
		t.Error(got)
	}
}

func TestContained(t *testing.T) {
	t.Parallel()
	r := redact.New(token)
	for text, want := range map[string]bool{
		"x" + token + "y": true, `vntg_tkn_a+b/\"c`: true, url.PathEscape(token): true, "vntg_tkn_": false, "": false,
	} {
		if got := r.Contained([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
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
		`{"errors":null}`:                     {"", false},
		`{"error":"e","message":"m"}`:         {"e|m", false},
		`{"error":{"code":1}}`:                {"", false},
		`{"message":"see https://x/a?sig=1"}`: {"see https://x/a", false},
		`{"errors":[` + many + `"m"]}`:        {strings.TrimSuffix(strings.Repeat("m|", 10), "|"), true},
		`[]`:                                  {"", false},
		`202`:                                 {"", false},
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

func TestWordAndContentType(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "completed": "completed", "cost_report 2.0-a": "cost_report 2.0-a", "a\nb": "unknown", "<b>": "unknown",
		"https://x/?sig=1": "unknown", strings.Repeat("x", 65): "unknown",
	} {
		if got := redact.Word(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	for header, want := range map[string]string{
		"text/html; charset=utf-8": "text/html", "application/problem+json": "application/problem+json", "": "", "a b": "",
		"\x1b/x": "",
	} {
		if got := redact.ContentType(header); got != want {
			t.Errorf("%q became %q, want %q", header, got, want)
		}
	}
}

func TestCause(t *testing.T) {
	t.Parallel()
	signed := "https://f.example/a.csv?X-Amz-Signature=s3cr3t"
	_, unparsable := url.Parse(strings.Replace(signed, "?", "/%zz?", 1))
	for _, err := range []error{
		&url.Error{Op: "Get", URL: signed, Err: errors.New("connection reset")},
		fmt.Errorf("wrapped: %w", &url.Error{Op: "Get", URL: signed, Err: &url.Error{URL: signed, Err: errors.New("x")}}),
		unparsable,
	} {
		if got := redact.New(token).Cause(err).Error(); strings.Contains(got, "s3cr3t") || got == "" {
			t.Error(got)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a " + token + " https://x/?q#f")
	f.Fuzz(func(t *testing.T, text string) {
		got := redact.New(token).Text(text)
		if strings.Contains(got, token) || strings.ContainsAny(got, "\n\r\t\x1b") || len([]rune(got)) > 401 {
			t.Errorf("%q became %q", text, got)
		}
	})
}
