package vantage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// signed is a pre-signed URL.
const signed = "https://files.example/files/a.csv?X-Signature=s3cr3t"

func TestExport_readsTimes(t *testing.T) {
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
		shown      string // "" if it is unreadable
		want       string // when the first URL expires; "" if that is unknown
	}{
		"valid_until alone":       {[]string{signed}, day, day, day},
		"a date":                  {[]string{signed}, " 2026-11-24", "2026-11-24", "2026-11-24T00:00:00Z"},
		"words":                   {[]string{signed}, "tomorrow", "", ""},
		"too long":                {[]string{signed}, "2026-11-24T01:57:50." + strings.Repeat("0", 60) + "Z", "", ""},
		"neither tells":           {[]string{signed}, nil, "", ""},
		"no files":                {[]string{}, day, day, day},
		"S3, for six hours":       {[]string{amazon(21600)}, day, day, "2026-11-23T07:57:50Z"},
		"S3, for longer":          {[]string{amazon(604800)}, day, day, day},
		"S3, without valid_until": {[]string{amazon(21600)}, nil, "", "2026-11-23T07:57:50Z"},
		"the first of several":    {[]string{amazon(86400), amazon(60), amazon(21600)}, day, day, "2026-11-23T01:58:50Z"},
		"a date that is none":     {[]string{"https://s3.example/a?X-Amz-Date=now&X-Amz-Expires=60"}, day, day, day},
		"a time that is none": {
			[]string{"https://s3.example/a?X-Amz-Date=20261123T015750Z&X-Amz-Expires=-60"}, day, day, day,
		},
		"a time without end": {
			[]string{"https://s3.example/a?X-Amz-Date=20261123T015750Z&X-Amz-Expires=9999999999"}, day, day, day,
		},
		"a query that is none": {
			[]string{"https://s3.example/a?%zz&X-Amz-Date=20261123T015750Z;&X-Amz-Expires=60"}, day, day, day,
		},
	} {
		body, err := json.Marshal(map[string]any{
			"status": "completed", "created_at": "2026-11-23T01:57:00+0000", "export_type": "cost_report",
			"manifest": map[string]any{
				"files":        test.files,
				"completed_at": "2026-11-23 01:57:50 UTC",
				"valid_until":  test.validUntil,
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		// A machine whose clock is days ahead would otherwise take a fresh export for an expired one.
		asOf := bubble.Add(-48 * time.Hour)
		response := fakevantage.Answer(200, string(body), "Date: "+asOf.Format(http.TimeFormat))
		var e *vantage.DataExport
		interaction{
			api: fakevantage.Options{Misbehave: everywhere(response)},
			call: func(ctx context.Context, c *vantage.Client) (_ *vantage.DataExport, err error) {
				e, err = poll(tok1)(ctx, c)
				return e, err
			},
			gets: 1,
			check: func(t *testing.T, _ *fakevantage.Server, _ *vantage.Error) {
				m := e.Manifest
				want, _ := time.Parse(time.RFC3339, test.want)
				if !m.URLsValidUntil.Equal(want) {
					t.Errorf("%s, want %s", m.URLsValidUntil, want)
				}
				unreadable := test.validUntil != nil && test.shown == ""
				if m.ValidUntil != test.shown || m.ValidUntilUnreadable != unreadable {
					t.Errorf("%q, unreadable is %v", m.ValidUntil, m.ValidUntilUnreadable)
				}
				if e.CreatedAt != "2026-11-23T01:57:00+0000" || m.CompletedAt != "2026-11-23 01:57:50 UTC" {
					t.Errorf("%+v, %+v", e, m)
				}
				if !e.AsOf.Equal(asOf) {
					t.Errorf("as of %s, want %s", e.AsOf, asOf)
				}
			},
		}.run(t, name)
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
