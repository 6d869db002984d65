package vantage

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"terraform-provider-vantage/internal/vantage/redact"
)

func FuzzLocation(f *testing.F) {
	for _, location := range []string{
		"https://api.vantage.sh/v2/data_exports/tok_1", "/v2/data_exports/tok-1/", "..", "%2e%2e", "a%2fb",
		"//evil/x", "http:tok", "?x", "#x", "https://api.vantage.sh:443/a", "\x00", " /%70",
	} {
		f.Add(location)
	}
	f.Fuzz(func(t *testing.T, location string) {
		token := locationToken(http.Header{"Location": {location}})
		if ValidToken(token) && !strings.Contains(location, token) {
			t.Errorf("%q gave %q", location, token)
		}
	})
}

func FuzzDataExport(f *testing.F) {
	for _, body := range []string{
		"", "null", "{}", "[]", "<html>",
		`{"status":"completed","manifest":{"files":["https://x/1?s=1"],"completed_at":null,` +
			`"valid_until":"2025-03-28T20:46:31Z"},"attributes":{"a":1e400}}`,
		`{"status":"completed","created_at":"\u001b[31m","export_type":"\u0007","manifest":{` +
			`"files":["https://x/1?X-Amz-Date=20261124T015750Z&X-Amz-Expires=9&X-Amz-Signature=s"],` +
			`"valid_until":"2026-11-24 02:00"}}`,
		`{"status":"failed","errors":["no"]}`,
		`{"status":"completed","manifest":{"files":[["x"]]}}`,
		`{"status":"pending"} trailing`,
		`{"status":"\u0000","attributes":[[[[]]]]}`,
	} {
		f.Add(200, body)
		f.Add(202, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		e := &DataExport{Token: "tok"}
		err := e.decode(
			&http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))},
			redact.New("secret"),
		)
		if err != nil {
			return
		}
		if e.Status == "" || e.Failed() && e.Completed() {
			t.Errorf("%+v", e)
		}
		shown := append([]string{e.Status, e.CreatedAt, e.ExportType}, e.Messages...)
		if m := e.Manifest; m != nil {
			shown = append(shown, m.CompletedAt, m.ValidUntil)
			if until, known := ParseTime(m.ValidUntil); known && m.URLsValidUntil.After(until) {
				t.Errorf("%+v", m)
			}
		}
		for _, shown := range shown {
			for _, r := range shown {
				if unicode.IsControl(r) {
					t.Errorf("%q has a control character", shown)
				}
			}
		}
	})
}
