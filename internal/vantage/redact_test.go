package vantage

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

const (
	testSecret    = `tkn/se<cr"et`
	testSignature = "5160a7c3bd5160a7c3bd"
	testSigned    = "https://files.example/a.csv?X-Amz-Date=20261124T015750Z&X-Amz-Expires=21600" +
		"&X-Amz-Signature=" + testSignature
)

func TestServersTextHasNoCredentials(t *testing.T) {
	t.Parallel()
	query := testSigned[strings.IndexByte(testSigned, '?'):]
	for name, test := range map[string]struct{ text, want string }{
		"a pre-signed URL": {
			"see " + testSigned + " please",
			"see https://files.example/a.csv?(query removed) please",
		},
		"two of them": {
			testSigned + " or " + testSigned,
			"https://files.example/a.csv?(query removed) or https://files.example/a.csv?(query removed)",
		},
		"in upper case":       {strings.ToUpper(testSigned), "HTTPS://FILES.EXAMPLE/A.CSV?(query removed)"},
		"without a scheme":    {"files.example/a.csv" + query, "files.example/a.csv?(query removed)"},
		"the query alone":     {query[1:], "?(query removed)"},
		"a query of any kind": {"/v2/x?a=b#c", "/v2/x?(query removed)"},
		"a fragment":          {"https://f.example/a#access", "https://f.example/a?(query removed)"},
		"slashes escaped": {
			strings.ReplaceAll(testSigned, "/", `\/`),
			`https:\/\/files.example\/a.csv?(query removed)`,
		},
		"escaped as JSON": {
			`https:\u002f\u002ff.example\u003fx\u003d1\u0026y`,
			`https:\u002f\u002ff.example?(query removed)`,
		},
		"percent-encoded": {
			url.QueryEscape(testSigned),
			"https%3A%2F%2Ffiles.example%2Fa.csv?(query removed)",
		},
		"percent-encoded twice": {
			url.QueryEscape(url.QueryEscape(testSigned)),
			"https%253A%252F%252Ffiles.example%252Fa.csv?(query removed)",
		},
		"escaped as HTML":               {"https://f.example/a&#63;x&#x3d;1", "https://f.example/a?(query removed)"},
		"an escape at the end":          {"https://f.example/a%3F", "https://f.example/a?(query removed)"},
		"an escaped slash at the end":   {`https:\/\/f.example\/a\?`, `https:\/\/f.example\/a?(query removed)`},
		"half an escape at the end":     {"https://f.example/a%3", "https://f.example/a%3"},
		"a backslash at the end":        {`https://f.example/a\`, `https://f.example/a\`},
		"another character's last byte": {`https://f.example/a\u013fb`, `https://f.example/a\u013fb`},
		"a long entity":                 {"https://f.example/a&#x00003f;x", "https://f.example/a?(query removed)"},
		"an entity without an end":      {"https://f.example/a&quest", "https://f.example/a&quest"},
		"white space escaped": {
			"https://f.example/a?name=a%20b%22c&x=1, sorry",
			"https://f.example/a?(query removed) sorry",
		},
		"JSON within JSON": {
			`{\"url\":\"https:\/\/f.example?x=1\",\"ok\":1}`,
			`{\"url\":\"https:\/\/f.example?(query removed)\",\"ok\":1}`,
		},
		"a signature":       {"X-Amz-Signature = abc", "X-Amz-Signature = (credential removed)"},
		"a signature split": {"X-Amz-\u200bSignature=\u0000abc", "X-Amz- Signature= (credential removed)"},
		"an element": {
			"<AWSAccessKeyId>K1</AWSAccessKeyId>",
			"<AWSAccessKeyId>(credential removed)</AWSAccessKeyId>",
		},
		"a header": {
			"Authorization: Bearer abc1 was sent",
			"Authorization: Bearer (credential removed) was sent",
		},
		"a user and a password":     {"https://me:pw@f.example/", "https://(credential removed)@f.example/"},
		"an access key":             {"the key AKIAIOSFODNN7EXAMPLE", "the key (credential removed)"},
		"a digest":                  {strings.Repeat("0f", 32), "(credential removed)"},
		"a JSON web token":          {"eyJhbGciOi.eyJzdWIi.sig-nature", "(credential removed)"},
		"another API token":         {"vntg_tkn_0123", "(credential removed)"},
		"the API token":             {"no " + testSecret + "!", "no (API token)!"},
		"the API token in JSON":     {`no tkn\/se\u003ccr\"et!`, "no (API token)!"},
		"the API token in a URL":    {"no " + url.PathEscape(testSecret) + "!", "no (API token)!"},
		"the API token in JSON%":    {`no tkn\u00252Fse%5Cu003Ccr%22et!`, "no (API token)!"},
		"the API token alone":       {url.PathEscape(testSecret), "(API token)"},
		"the API token repeated":    {url.PathEscape(testSecret + testSecret), "(API token)(API token)"},
		"a question":                {"Did you mean X? Or y?", "Did you mean X? Or y?"},
		"an issue":                  {"see PR #12", "see PR #12"},
		"a credential that lacks":   {"api_key: is missing", "api_key: is missing"},
		"a basic sentence":          {"Basic authentication is off", "Basic authentication is off"},
		"tokens that are no secret": {"cost_report_token=rprt_123: not found", "cost_report_token=rprt_123: not found"},
		"a filter": {
			"costs.provider = 'aws' AND tags.name = 'x'",
			"costs.provider = 'aws' AND tags.name = 'x'",
		},
		"escapes of no interest": {`100%25 \u0041 &amp;`, `100%25 \u0041 &amp;`},
		"a path":                 {`C:\new\table`, `C:\new\table`},
		"as much as is shown":    {strings.Repeat("no ", 133) + "x", strings.Repeat("no ", 133) + "x"},
		"more than is shown":     {strings.Repeat("no ", 133) + "xy", strings.Repeat("no ", 133) + "x…"},
		"as much as is read":     {"a" + strings.Repeat(" ", 16<<10-2) + "b", "a b"},
		"more than is read":      {"a" + strings.Repeat(" ", 16<<10-1) + "b", "a…"},
		"a long word":            {strings.Repeat("x", 20_000), "…"},
		"a word that is cut": {
			strings.Repeat("x?y", 5_000) + " " + strings.Repeat("z", 5_000),
			"x?(query removed)…",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (redactor{testSecret}).text(test.text); got != test.want {
				t.Errorf("%q became %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestAPITokenIsTakenOutOfABody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"plain":            {`{"a":"` + testSecret + `"}`, `{"a":"(API token)"}`},
		"escaped":          {`{"a":"x tkn\/se\u003ccr\"et y","b":1}`, `{"a":"x (API token) y","b":1}`},
		"twice":            {`{"tkn%2Fse%3Ccr%22et":"tkn%2fse%3ccr%22et"}`, `{"(API token)":"(API token)"}`},
		"none":             {`{"a":"tkn\/se\u003cret","b":"é\u00e9"}`, `{"a":"tkn\/se\u003cret","b":"é\u00e9"}`},
		"JSON within JSON": {`{"a":"{\"b\":\"tkn\/se\u003ccr\\\"et\"}"}`, `{"a":"{\"b\":\"(API token)\"}"}`},
		"after a long time": {
			`{"a":"` + strings.Repeat("x", 1<<17) + `","b":"tkn\/se\u003ccr\"et","c":1}`,
			`{"a":"` + strings.Repeat("x", 1<<17) + `","b":"(API token)","c":1}`,
		},
		"a quote that ends": {`{"a":"x\\","b":"tkn\/se<cr\u0022et"}`, `{"a":"x\\","b":"(API token)"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string((redactor{testSecret}).body([]byte(test.body))); got != test.want {
				t.Errorf("%s became %s, want %s", test.body, got, test.want)
			}
		})
	}
}

// A long body is read a part at a time. Wherever the parts meet, no token is divided.
func TestAPITokenIsFoundAnywhereInALongBody(t *testing.T) {
	t.Parallel()
	const escaped = `tkn\/se\u003ccr\"et`
	for before := 64<<10 - 30; before < 64<<10+10; before++ {
		body := `{"a":"` + strings.Repeat("x", before) + escaped + `","b":1}`
		want := `{"a":"` + strings.Repeat("x", before) + `(API token)","b":1}`
		if got := string((redactor{testSecret}).body([]byte(body))); got != want {
			t.Errorf("the API token is kept after %d bytes", before)
		}
	}
}

func TestAShortAPITokenTakesNoWordsApart(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]string{"12345678": "(API token)", "1234567": "1234567"} {
		r := redactor{secret}
		if got := r.text(secret); got != want {
			t.Errorf("%q became %q in a text, want %q", secret, got, want)
		}
		if got := string(r.body([]byte(secret))); got != want {
			t.Errorf("%q became %q in a body, want %q", secret, got, want)
		}
	}
}

// The errors of net/url quote what they could not read, and so does the HTTP library about a redirect.
func TestCauseQuotesNoURL(t *testing.T) {
	t.Parallel()
	query := "?X-Amz-Signature=" + testSignature
	parse := func(unreadable string) error {
		_, err := url.Parse(unreadable)
		return err
	}
	parsing := parse("https://f.example/%zz" + query)
	for name, err := range map[string]error{
		"a port":    parse("https://f.example:" + testSignature + "/"),
		"parsing":   parsing,
		"a host":    parse("https://f ex" + query),
		"within":    &url.Error{Op: "Get", URL: testSigned, Err: fmt.Errorf("in vain: %w", parsing)},
		"quoted":    &url.Error{Op: "Get", URL: testSigned, Err: errors.New("refused " + testSigned)},
		"an escape": url.EscapeError("%" + testSignature),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (redactor{testSecret}).cause(err).Error(); strings.Contains(got, testSignature) || got == "" {
				t.Error(got)
			}
		})
	}
}

// With a time that grows with the square of the text, this takes hours, and ends with the time of the whole suite.
func TestRedactionIsLinear(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"escapes within escapes": "%25",
		"question marks":         "?",
		"schemes":                "https://",
		"names":                  "signature-",
		"names without values":   "x-amz-=\"",
		"backslashes":            `\`,
		"entities":               "&amp;",
		"quotes":                 `"`,
		"escaped quotes":         `\"`,
		"parts of the API token": `tkn\/se`,
		"API tokens":             `tkn\/se\u003ccr\"et`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := redactor{testSecret}
			body := []byte(strings.Repeat(part, (512<<10)/len(part)))
			r.body(body)
			r.list(string(body), strings.Repeat(part+" ", 3_000))
			remove(string(body[:maxReadLen]), credentialForm, "")
			remove(string(body[:maxReadLen]), queryForm, "")
		})
	}
}

// encodings are ways in which a server may write a text into another one.
var encodings = []func(string) string{
	func(s string) string { return s },
	strings.ToUpper,
	url.QueryEscape,
	url.PathEscape,
	html.EscapeString,
	func(s string) string { return strings.Trim(strconv.Quote(s), `"`) },
	func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
	func(s string) string { return strings.TrimPrefix(s, "https://") },
	func(s string) string { return encodeEach(s, `\u%04x`) },
	func(s string) string { return encodeEach(s, `%%%02X`) },
	func(s string) string { return encodeEach(s, "&#%d;") },
	func(s string) string { return encodeEach(s, "&#x%x;") },
	func(s string) string { return encodeEach(s, `\x%02x`) },
}

// encodeEach writes all that is no letter or digit in a form.
func encodeEach(s, form string) string {
	var out strings.Builder
	for _, c := range []byte(s) {
		if unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, form, c)
		}
	}
	return out.String()
}

// Whatever surrounds a pre-signed URL or the API token, and however it is encoded, neither is left of them in a text.
func FuzzRedaction(f *testing.F) {
	f.Add("see ", " please", []byte{0})
	f.Add(`{"errors":["`, `"]}`, []byte{6, 5})
	f.Add("<Error>", "</Error>", []byte{2, 8, 4})
	f.Add("%", ";", []byte{9, 9, 12})
	f.Add(strings.Repeat("x ", 8180), "", []byte{1})
	f.Fuzz(func(t *testing.T, before, after string, layers []byte) {
		presigned, token := testSigned, testSecret
		for i, layer := range layers {
			if i == 4 {
				break
			}
			encode := encodings[int(layer)%len(encodings)]
			presigned, token = encode(presigned), encode(token)
		}
		r := redactor{testSecret}
		got := r.text(before + presigned + after)
		if strings.Contains(strings.ToLower(got), testSignature) {
			t.Errorf("%q became %q", before+presigned+after, got)
		}
		for _, c := range got {
			if unicode.IsControl(c) {
				t.Errorf("%q has a control character", got)
			}
		}
		// An escape that begins before the token takes a part of it, and a token in upper case is another one.
		if strings.ContainsAny(before, `%\&`) || strings.ContainsFunc(token, func(c rune) bool { return c == 'T' }) {
			return
		}
		// No text of JSON holds a quote that is not escaped.
		body := r.body([]byte(before + " " + strings.ReplaceAll(token, `"`, `\"`) + " " + after))
		if u := unescape(body); strings.Contains(string(u.text), testSecret) {
			t.Errorf("%q keeps the API token", body)
		}
		got = r.text(before + " " + token + " " + after)
		if u := unescape([]byte(got)); strings.Contains(string(u.text), testSecret) {
			t.Errorf("%q keeps the API token", got)
		}
	})
}
