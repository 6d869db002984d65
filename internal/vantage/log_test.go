package vantage_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// At INFO the log has the creation, the completion and the long delays of an export, and not each request.
func TestLog_atInfo(t *testing.T) {
	t.Parallel()
	const created, waiting, completed = "created data export", "waiting for data export", "data export completed"
	for name, test := range map[string]struct {
		api  fakevantage.Options
		want []string // of each of two exports
	}{
		"as recorded": {fakevantage.AsRecorded(), []string{created, waiting, completed}},
		"a long wait without Retry-After": {
			fakevantage.Options{ReadyIn: seconds(120, 1200)}, []string{created, waiting, completed},
		},
		"two long pauses": {
			fakevantage.Options{ReadyAfter: 10 * time.Minute, RetryAfter: "300"},
			[]string{created, waiting, waiting, completed},
		},
	} {
		var log strings.Builder
		interaction{
			api:    test.api,
			client: logTo(&log, slog.LevelInfo),
			call: func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
				if first, err := export(ctx, c); err != nil {
					return first, err
				}
				return export(ctx, c)
			},
			posts: 2, more: 100,
			check: func(t *testing.T, fake *fakevantage.Server, _ *vantage.Error) {
				lines := strings.Split(strings.TrimSpace(log.String()), "\n")
				want := slices.Concat(test.want, test.want)
				if len(lines) != len(want) {
					t.Fatalf("the log has %d lines, want %d: %s", len(lines), len(want), log.String())
				}
				for i, words := range want {
					if !strings.Contains(lines[i], words) {
						t.Errorf("line %d is %s, want %s", i+1, lines[i], words)
					}
				}
				for token := range fake.Exports() {
					if n := strings.Count(log.String(), token); n != len(test.want) {
						t.Errorf("%d lines name the export %s, want %d", n, token, len(test.want))
					}
				}
			},
		}.run(t, name)
	}
}
