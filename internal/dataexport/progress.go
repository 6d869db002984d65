package dataexport

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"terraform-provider-vantage/internal/vantage"
)

// progressSender returns a function that shows a line of progress. It drops lines once ctx is canceled: Terraform no
// longer receives them, and sending one would block.
func progressSender(ctx context.Context, send func(action.InvokeProgressEvent)) func(format string, a ...any) {
	return func(format string, a ...any) {
		if ctx.Err() != nil {
			return
		}
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			send(action.InvokeProgressEvent{Message: fmt.Sprintf(format, a...)})
		}()
		select {
		case <-sent:
		case <-ctx.Done():
		}
	}
}

// reportEvery is how often a wait is reported that has nothing else to say.
const reportEvery = 30 * time.Second

// longPause is the longest that is not worth a line.
const longPause = 10 * time.Second

// reportWait reports a wait: each change of the status and each long delay, by the returned onProgress, and its duration
// and deadline at intervals, until stop is called.
func reportWait(
	ctx context.Context, token string, send func(string, ...any),
) (onProgress func(vantage.Progress), stop func()) {
	started := time.Now()
	until := "without an end"
	if deadline, ok := ctx.Deadline(); ok {
		until = "until " + deadline.UTC().Format(time.TimeOnly) + " UTC"
	}
	var status atomic.Value
	status.Store(vantage.StatusPending)
	ctx, cancel := context.WithCancel(ctx)
	ticker, ended := time.NewTicker(reportEvery), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
				send("Waiting for the export %s for %s; its status is %q, and this goes on %s.",
					token, time.Since(started).Round(time.Second), status.Load(), until)
			case <-ctx.Done():
				return
			}
		}
	}()
	onProgress = func(p vantage.Progress) {
		if status.Swap(p.Export.Status) != p.Export.Status {
			send("The status is %q.", p.Export.Status)
		}
		if p.Pause > longPause {
			send("The API is asked again in %s.", p.Pause.Round(time.Second))
		}
	}
	return onProgress, func() {
		ticker.Stop()
		cancel()
		<-ended
	}
}

func reportDownload(send func(string, ...any)) func(vantage.DownloadProgress) {
	return func(p vantage.DownloadProgress) {
		switch {
		case p.Failure == nil:
			send("%s has arrived (%s).", p.File.Name, formatSize(p.File.Size))
		case p.AsksForURLs:
			send("The URL of %s is refused (%v). The API is asked for fresh ones of all files.", p.File.Name, p.Failure)
		default:
			send("%s is interrupted at %s and tried again in %s: %v",
				p.File.Name, formatSize(p.File.Size), p.Pause.Round(time.Second), p.Failure)
		}
	}
}

func formatCount(files int) string {
	if files == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", files)
}

func formatTotal(files []vantage.File) string {
	var bytes int64
	for _, f := range files {
		bytes += f.Size
	}
	return formatSize(bytes)
}

// formatSize writes a number of bytes with a decimal unit.
func formatSize(bytes int64) string {
	if bytes < 1000 {
		return fmt.Sprintf("%d B", bytes)
	}
	n, unit := float64(bytes)/1000, 0
	for n >= 999.95 && unit < 3 {
		n, unit = n/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", n, "kMGT"[unit])
}

func validity(e *vantage.DataExport) string {
	if e.Manifest.ValidUntil == "" {
		return "valid for a time that the API does not tell"
	}
	return "valid until " + e.Manifest.ValidUntil
}
