package dataexport

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/vantage"
)

// progressSender returns a function that shows a line of progress. It drops lines once ctx is canceled, because
// Terraform no longer receives them and sending would block.
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

const (
	// reportInterval is the time between two lines that a wait sends in any case.
	reportInterval = 30 * time.Second
	// longDelay is the longest time between two polls that is not reported.
	longDelay = 10 * time.Second
)

// reportWait reports a wait: each change of the status and each long delay, by the returned onProgress, and its
// duration and timeout at intervals, until stop is called.
func reportWait(
	ctx context.Context, token string, send func(string, ...any),
) (onProgress func(vantage.Progress), stop func()) {
	started := time.Now()
	timeout := "There is no timeout."
	if deadline, ok := ctx.Deadline(); ok {
		timeout = "The timeout ends at " + deadline.UTC().Format(time.TimeOnly) + " UTC."
	}
	var status atomic.Value
	status.Store(vantage.StatusPending)
	ctx, cancel := context.WithCancel(ctx)
	ticker, ended := time.NewTicker(reportInterval), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
				send("The export %s has the status %q after %s. %s",
					token, status.Load(), time.Since(started).Round(time.Second), timeout)
			case <-ctx.Done():
				return
			}
		}
	}()
	onProgress = func(p vantage.Progress) {
		if status.Swap(p.Export.Status) != p.Export.Status {
			send("The status is %q.", p.Export.Status)
		}
		if p.Delay > longDelay {
			send("The next poll is in %s.", p.Delay.Round(time.Second))
		}
	}
	return onProgress, func() {
		ticker.Stop()
		cancel()
		<-ended
	}
}

// reportDownload returns a function that reports each complete file and each failed attempt.
func reportDownload(send func(string, ...any)) func(exportfile.File, *vantage.Error, time.Duration) {
	return func(file exportfile.File, failure *vantage.Error, delay time.Duration) {
		switch {
		case failure == nil:
			send("Downloaded %s (%s).", file.Name, formatSize(file.Size))
		case delay == 0:
			send("The pre-signed URL of %s was rejected (%v). Requesting fresh URLs of all files.", file.Name, failure)
		default:
			send("The download of %s failed after %s (%v). The next attempt is in %s.",
				file.Name, formatSize(file.Size), failure, delay.Round(time.Second))
		}
	}
}

func formatCount(files int) string {
	if files == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", files)
}

func formatTotal(files []exportfile.File) string {
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
		return "valid for a time that the API does not report"
	}
	return "valid until " + e.Manifest.ValidUntil
}
