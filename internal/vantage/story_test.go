package vantage_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// At INFO the log tells the story of an export, and not each request.
func TestTheLogTellsTheStoryAtInfo(t *testing.T) {
	t.Parallel()
	const accepted, waiting, completed = "the export is accepted", "waiting", "the export is completed"
	for name, test := range map[string]struct {
		options fakevantage.Options
		story   []string
	}{
		"as recorded": {fakevantage.AsRecorded(), []string{accepted, waiting, completed}},
		"a long wait without Retry-After": {
			fakevantage.Options{ReadyAfter: 10 * time.Minute}, []string{accepted, waiting, completed},
		},
		"two long pauses": {
			fakevantage.Options{ReadyAfter: 10 * time.Minute, RetryAfter: "300"},
			[]string{accepted, waiting, waiting, completed},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 2*time.Hour, func(t *testing.T, ctx context.Context) {
				var log bytes.Buffer
				client := newClient(t, fakevantage.New(test.options), func(o *vantage.Options) {
					o.Logger = slog.New(slog.NewTextHandler(&log, nil))
				})
				// How long the first one took is known of the second.
				for range 2 {
					log.Reset()
					done, err := export(ctx, client)
					if err != nil {
						t.Fatal(err)
					}
					lines := strings.Split(strings.TrimSpace(log.String()), "\n")
					if len(lines) != len(test.story) {
						t.Fatalf("the log has %d lines, want %d: %s", len(lines), len(test.story), log.String())
					}
					for i, words := range test.story {
						if !strings.Contains(lines[i], words) || !strings.Contains(lines[i], done.Token) {
							t.Errorf("line %d is %s, want %s", i+1, lines[i], words)
						}
					}
				}
			})
		})
	}
}
