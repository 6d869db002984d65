package vantage_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// At INFO the log has the creation, the completion and the long delays of an export, and not each request.
func TestLog_atInfo(t *testing.T) {
	t.Parallel()
	const created, waiting, completed = "created data export", "waiting for data export", "data export completed"
	for name, test := range map[string]struct {
		options fakevantage.Options
		second  time.Duration // how long the second one takes, of which the first one's time is known
		want    []string
	}{
		"as recorded": {fakevantage.AsRecorded(), 31 * time.Second, []string{created, waiting, completed}},
		"a long wait without Retry-After": {
			fakevantage.Options{ReadyAfter: 2 * time.Minute}, 20 * time.Minute, []string{created, waiting, completed},
		},
		"two long pauses": {
			fakevantage.Options{ReadyAfter: 10 * time.Minute, RetryAfter: "300"}, 10 * time.Minute,
			[]string{created, waiting, waiting, completed},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 2*time.Hour, func(t *testing.T, ctx context.Context) {
				var log bytes.Buffer
				fake := fakevantage.New(test.options)
				client := newClient(t, fake, logTo(&log, slog.LevelInfo))
				for range 2 {
					log.Reset()
					done, err := export(ctx, client)
					if err != nil {
						t.Fatal(err)
					}
					lines := strings.Split(strings.TrimSpace(log.String()), "\n")
					if len(lines) != len(test.want) {
						t.Fatalf("the log has %d lines, want %d: %s", len(lines), len(test.want), log.String())
					}
					for i, words := range test.want {
						if !strings.Contains(lines[i], words) || !strings.Contains(lines[i], done.Token) {
							t.Errorf("line %d is %s, want %s", i+1, lines[i], words)
						}
					}
					fake.Change(func(o *fakevantage.Options) { o.ReadyAfter = test.second })
				}
			})
		})
	}
}
