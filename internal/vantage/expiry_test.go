package vantage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// signed is a pre-signed URL.
const signed = "https://files.example/files/a.csv?X-Signature=s3cr3t"

// completedAs returns a completed export with these files and this valid_until.
func completedAs(t *testing.T, files []string, validUntil any, header ...string) (e *vantage.DataExport) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"status": "completed", "created_at": "2026-11-23T01:57:00+0000", "export_type": "cost_report",
		"manifest": map[string]any{
			"files":        files,
			"completed_at": "2026-11-23 01:57:50 UTC",
			"valid_until":  validUntil,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	interaction{
		api: fakevantage.Options{Misbehave: everywhere(fakevantage.Answer(200, string(body), header...))},
		call: func(ctx context.Context, c *vantage.Client) (_ *vantage.DataExport, err error) {
			e, err = poll(tok1)(ctx, c)
			return e, err
		},
		gets: 1,
	}.play(t)
	return e
}

func TestURLsValidUntil(t *testing.T) {
	t.Parallel()
	const day = "2026-11-24T01:57:50Z"
	amazon := func(seconds int) string {
		return fmt.Sprintf(
			"https://s3.example/a.csv?X-Amz-Date=20261123T015750Z&X-Amz-Expires=%d&X-Amz-Signature=s",
			seconds,
		)
	}
	for name, test := range map[string]struct {
		files      []string
		validUntil any
		want       string // "" for unknown
	}{
		"valid_until alone":       {[]string{"https://s3.example/a.csv?X-Signature=s"}, day, day},
		"no files":                {nil, day, day},
		"S3, for six hours":       {[]string{amazon(21600)}, day, "2026-11-23T07:57:50Z"},
		"S3, for a day":           {[]string{amazon(86400)}, day, day},
		"S3, for longer":          {[]string{amazon(604800)}, day, day},
		"S3, without valid_until": {[]string{amazon(21600)}, nil, "2026-11-23T07:57:50Z"},
		"the first of several":    {[]string{amazon(86400), amazon(60), amazon(21600)}, day, "2026-11-23T01:58:50Z"},
		"a date that is none":     {[]string{"https://s3.example/a?X-Amz-Date=now&X-Amz-Expires=60"}, day, day},
		"a time that is none": {
			[]string{"https://s3.example/a?X-Amz-Date=20261123T015750Z&X-Amz-Expires=-60"}, day, day,
		},
		"a time without end": {
			[]string{"https://s3.example/a?X-Amz-Date=20261123T015750Z&X-Amz-Expires=99999999999999999999"}, day, day,
		},
		"a query that is none": {
			[]string{"https://s3.example/a?%zz&X-Amz-Date=20261123T015750Z;&X-Amz-Expires=60"}, day, day,
		},
		"neither tells": {[]string{"https://s3.example/a"}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := completedAs(t, append([]string{}, test.files...), test.validUntil).Manifest
			want, _ := time.Parse(time.RFC3339, test.want)
			if !m.URLsValidUntil.Equal(want) {
				t.Errorf("%s, want %s", m.URLsValidUntil, want)
			}
			wantUntil, _ := test.validUntil.(string)
			if m.ValidUntil != wantUntil || m.ValidUntilUnreadable {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestURLLifetime_isTheShortest(t *testing.T) {
	t.Parallel()
	const day = "https://s3.example/a.csv?X-Amz-Date=20261123T015750Z&X-Amz-Expires=86400"
	for name, test := range map[string]struct {
		urls []string
		want time.Duration
	}{
		"none": {},
		"a day and an hour": {
			[]string{day, "https://x.example/b?X-Amz-Date=20261124T015750Z&X-Amz-Expires=3600"}, time.Hour,
		},
		"not stated":     {[]string{"https://x.example/c?Expires=1764000000&Signature=s", day}, 24 * time.Hour},
		"without a date": {[]string{"https://x.example/d?X-Amz-Expires=60"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := vantage.URLLifetime(test.urls); got != test.want {
				t.Errorf("the lifetime is %s, want %s", got, test.want)
			}
		})
	}
}

func TestTimesOfTheServer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		validUntil any
		shown      string
		unreadable bool
	}{
		"with a zone":        {"2026-11-24T01:57:50+01:00", "2026-11-24T01:57:50+01:00", false},
		"without a zone":     {"2026-11-24T01:57:50", "2026-11-24T01:57:50", false},
		"a date":             {" 2026-11-24", "2026-11-24", false},
		"none":               {nil, "", false},
		"empty":              {"", "", false},
		"words":              {"tomorrow", "", true},
		"control characters": {"2026-11-24T01:57:50Z\x1b[31m", "", true},
		"a pre-signed URL":   {signed, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := completedAs(t, []string{signed}, test.validUntil)
			m := e.Manifest
			if m.ValidUntil != test.shown || m.ValidUntilUnreadable != test.unreadable {
				t.Errorf("%q, unreadable is %v", m.ValidUntil, m.ValidUntilUnreadable)
			}
			if e.CreatedAt != "2026-11-23T01:57:00+0000" || m.CompletedAt != "2026-11-23 01:57:50 UTC" {
				t.Errorf("%+v, %+v", e, m)
			}
		})
	}
}

// A machine whose clock is days ahead would otherwise take a fresh export for an expired one.
func TestAsOfIsTheServersTime(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header []string
		want   time.Duration // from now
	}{
		"two days behind": {[]string{"Date: " + httpTime(-48*time.Hour)}, -48 * time.Hour},
		"ahead":           {[]string{"Date: " + httpTime(time.Minute)}, time.Minute},
		"not told":        {nil, 0},
		"no time":         {[]string{"Date: today"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if e := completedAs(t, []string{signed}, nil, test.header...); !e.AsOf.Equal(bubble.Add(test.want)) {
				t.Errorf("%s at %s", e.AsOf, bubble)
			}
		})
	}
}

// httpTime returns a time relative to the start of virtual time.
func httpTime(after time.Duration) string {
	return bubble.Add(after).Format(http.TimeFormat)
}
