package vantage_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"terraform-provider-vantage/internal/vantage"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-24T01:57:50Z":         "2026-11-24T01:57:50Z",
		"2026-11-24T01:57:50+02:00":    "2026-11-23T23:57:50Z",
		"2026-11-24T01:57:50.5Z":       "2026-11-24T01:57:50.5Z",
		"2026-11-24T01:57:50,25-00:30": "2026-11-24T02:27:50.25Z",
		"2026-11-24T01:57:50":          "2026-11-24T01:57:50Z",
		"2026-11-24T01:57:50+0000":     "2026-11-24T01:57:50Z",
		"2026-11-24T01:57":             "2026-11-24T01:57:00Z",
		"2026-11-24T01:57Z":            "2026-11-24T01:57:00Z",
		"2026-11-24":                   "2026-11-24T00:00:00Z",
		"2026-11-24+00:00":             "2026-11-24T00:00:00Z",
		"2026-11-24Z":                  "2026-11-24T00:00:00Z",
		"2026-11-24 01:57:50":          "2026-11-24T01:57:50Z",
		"2026-11-24 01:57:50 UTC":      "2026-11-24T01:57:50Z",
		"2026-11-24 01:57:50 +0100":    "2026-11-24T00:57:50Z",
		"0001-01-01T00:00:01Z":         "0001-01-01T00:00:01Z",
		"9999-12-31T23:59:59Z":         "9999-12-31T23:59:59Z",
		"2026-11-24T01:57:50." + strings.Repeat("0", 43) + "Z": "2026-11-24T01:57:50Z",
		"20261124T015750Z":                    "2026-11-24T01:57:50Z",
		"2026-11-24T01:57:50.123456789123456": "2026-11-24T01:57:50.123456789Z",
	} {
		got, ok := vantage.ParseTime(text)
		if !ok || got.Format(time.RFC3339Nano) != want || got.Location() != time.UTC {
			t.Errorf("%q became %s, %v, want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "soon", "2026", "2026-11", "20261124", "1795485470", "2026-W01", "2026-328", "2026-11-24T",
		"24.11.2026", "11/24/2026", "2026-11-24T01:57:50\x1b[31m", "\x1b]0;2026-11-24\a",
		"0000-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-01:00",
	} {
		if got, ok := vantage.ParseTime(text); ok {
			t.Errorf("%q became %s", text, got)
		}
	}
}

// A text that is taken for a time is shown to users as it is.
func FuzzParseTime(f *testing.F) {
	for _, text := range []string{
		"2026-11-24T01:57:50Z", "2026-11-24 01:57 +0100", "2026W482", "2026-328", "20261124T240000Z", "2026-11-24 UTC",
		"0000001+10", "9999-12-31T24", "00010101",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := vantage.ParseTime(text)
		if !ok {
			return
		}
		for _, r := range strings.TrimSpace(text) {
			if r > unicode.MaxASCII || unicode.IsControl(r) {
				t.Errorf("%q is taken for a time", text)
			}
		}
		if again, ok := vantage.ParseTime(at.Format(time.RFC3339Nano)); !ok || !again.Equal(at) {
			t.Errorf("%q became %s and then %s", text, at, again)
		}
	})
}
