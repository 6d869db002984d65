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
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		var log bytes.Buffer
		fake := fakevantage.New(fakevantage.AsRecorded())
		client := newClient(t, fake, func(o *vantage.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		})
		done, err := export(ctx, client)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		for i, words := range []string{"the export is accepted", "waiting", "the export is completed"} {
			if i >= len(lines) || !strings.Contains(lines[i], words) || !strings.Contains(lines[i], done.Token) {
				t.Fatalf("the log is %s", log.String())
			}
		}
		if len(lines) != 3 {
			t.Errorf("the log has %d lines: %s", len(lines), log.String())
		}
	})
}
