package dataexport

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"terraform-provider-vantage/internal/vantage"
)

// sayer returns a function that shows a line of progress. Once ctx is cancelled the lines are not received any more and
// sending one would last forever, so they are dropped.
func sayer(ctx context.Context, send func(action.InvokeProgressEvent)) func(format string, a ...any) {
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

// longPause is the longest that is not worth a line.
const longPause = 10 * time.Second

func tellWait(say func(string, ...any)) func(vantage.Progress) {
	status := vantage.StatusPending
	return func(p vantage.Progress) {
		if p.Export.Status != status {
			status = p.Export.Status
			say("The status is %q.", status)
		}
		if p.Pause > longPause {
			say("The API is asked again in %s.", p.Pause.Round(time.Second))
		}
	}
}

func tellDownload(say func(string, ...any)) func(vantage.DownloadProgress) {
	return func(p vantage.DownloadProgress) {
		switch {
		case p.Failure == nil:
			say("%s has arrived (%s).", p.File.Name, formatSize(p.File.Size))
		case p.AsksForURLs:
			say("The URL of %s is refused (%v). The API is asked for fresh ones of all files.", p.File.Name, p.Failure)
		default:
			say("%s is interrupted at %s and tried again in %s: %v",
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
