package vantage

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
)

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{
		"", "0", "120", "-1", "1e3", "99999999999999999999", " 5 ",
		"Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-15 07:28:00 GMT",
	} {
		f.Add(value, "Wed, 21 Oct 2015 07:00:00 GMT")
		f.Add(value, "")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		wait, ok := parseRetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, time.Unix(1445410000, 0))
		if ok && (wait < 0 || wait > maxAsked) {
			t.Errorf("a pause of %s", wait)
		}
	})
}

func FuzzRateLimit(f *testing.F) {
	f.Add("1000", "999", "1445410800", "Wed, 21 Oct 2015 07:00:00 GMT", 200)
	f.Add("5", "0", "1445410801", "", 429)
	f.Add("0", "-1", "9223372036854775807", "x", 429)
	f.Add("", "", "", "", 500)
	f.Fuzz(func(t *testing.T, limit, remaining, reset, date string, status int) {
		b := newBudget(slog.New(slog.DiscardHandler))
		const path = "/v2/data_exports/tok_1"
		ticket, err := b.acquire(t.Context(), http.MethodGet, path)
		if err != nil {
			t.Fatal(err)
		}
		b.release(ticket, &http.Response{StatusCode: status, Header: http.Header{
			"X-Rate-Limit-Limit":     {limit},
			"X-Rate-Limit-Remaining": {remaining},
			"X-Rate-Limit-Reset":     {reset},
			"Date":                   {date},
		}})
		now := time.Now()
		opens := ticket.route.opens(now)
		if until := opens.Sub(now); until > maxAsked {
			t.Errorf("held back for %s", until)
		}
		if !opens.After(now) && !b.hasRoom(ticket.route, now) {
			t.Error("held back for ever")
		}
		defer b.startWaiting()()
		if pause := b.leastPause(http.MethodGet, path, 0, maxAsked); pause < 0 || pause > maxAsked {
			t.Errorf("paused for %s", pause)
		}
	})
}

func FuzzLocation(f *testing.F) {
	for _, location := range []string{
		"https://api.vantage.sh/v2/data_exports/tok_1", "/v2/data_exports/tok-1/", "..", "%2e%2e", "a%2fb",
		"//evil/x", "http:tok", "?x", "#x", "https://api.vantage.sh:443/a", "\x00", " /%70",
	} {
		f.Add(location)
	}
	c, err := New(Options{APIToken: "secret"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location string) {
		token, certain := c.locationToken(&http.Response{
			Header: http.Header{"Location": {location}}, Request: new(http.Request),
		})
		if token != "" && (!ValidToken(token) || !strings.Contains(location, token)) || token == "" && certain {
			t.Errorf("%q gave %q, %v", location, token, certain)
		}
		if token != "" {
			at := c.base.JoinPath("v2/data_exports/" + token).String()
			if at != "https://api.vantage.sh/v2/data_exports/"+token {
				t.Errorf("%q leads to %s", location, at)
			}
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
	c, err := New(Options{APIToken: "secret"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		e := &DataExport{Token: "tok"}
		err := c.decodeExport(
			&http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))},
			e,
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
