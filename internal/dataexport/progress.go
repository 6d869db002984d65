package dataexport

import (
	"context"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
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

// longDelay is the longest time between two polls that is not reported.
const longDelay = 10 * time.Second

// reportWait returns a function that reports each change of the status and each long delay of a wait.
func reportWait(send func(string, ...any)) func(vantage.Progress) {
	status := vantage.StatusPending
	return func(p vantage.Progress) {
		if p.Export.Status != status {
			status = p.Export.Status
			send("The status is %q.", status)
		}
		if p.Delay > longDelay {
			send("The export %s is still running. The next poll is in %s.", p.Export.Token, p.Delay.Round(time.Second))
		}
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

func formatCount(files int) string { return english.Plural(files, "file", "") }

func formatSize(bytes int64) string { return humanize.Bytes(uint64(bytes)) }

func formatValidity(e *vantage.DataExport) string {
	if e.Manifest.ValidUntil == "" {
		return "valid for a time that the API does not report"
	}
	return "valid until " + e.Manifest.ValidUntil
}
