package vantage

import (
	"context"
	"strings"
	"time"
)

// Progress is what a wait tells while it lasts.
type Progress struct {
	// Export is the latest answer; only its token and status may be known.
	Export DataExport
	// Pause is how long it will be until the next request.
	Pause time.Duration
}

// WaitForDataExport follows an export until it is completed, and returns it with its manifest. It takes what
// CreateDataExport returned, or a DataExport of which only the token is known. onProgress, which may be nil, is
// called before each pause.
//
// The server's Retry-After says when to ask again. Where it says nothing, the intervals grow from 1 s to 30 s, and further
// when the account's request budget is short.
//
// On failure it returns what it last knew of the export, with an *Error of kind ExportFailed when the export itself
// failed, TimedOut when the deadline of ctx passed or would pass before the next request, and Interrupted when ctx was
// cancelled. A request that fails for a passing reason does not end the wait.
func (c *Client) WaitForDataExport(ctx context.Context, export *DataExport, onProgress func(Progress)) (*DataExport, error) {
	defer c.budget.startWaiting()()
	started := time.Now()
	if !export.askedAt.IsZero() {
		started = export.askedAt
	}
	for polls := 0; ; polls++ {
		if export.Status != "" { // else nobody has asked the server yet
			if err := c.pauseBefore(ctx, export, polls, onProgress); err != nil {
				return export, waitError(err, export, started)
			}
		}
		latest, err := c.GetDataExport(ctx, export)
		switch {
		case err != nil:
			return export, waitError(err, export, started)
		case latest.Failed():
			return latest, waitError(&Error{Kind: ExportFailed, Messages: latest.Messages}, latest, started)
		case latest.Completed():
			return latest, nil
		}
		if latest.Status != export.Status && !strings.EqualFold(latest.Status, StatusPending) {
			c.log.WarnContext(ctx, "the export has a status that the API does not document; waiting on", "export", export.Token, "status", latest.Status)
		}
		latest.askedAt = export.askedAt
		// A zero is not an estimate: following it would ask without end.
		latest.estimated = latest.estimated && latest.retryAfter > 0
		export = latest
	}
}

// pauseBefore waits for as long as it should be until the next question.
func (c *Client) pauseBefore(ctx context.Context, export *DataExport, polls int, onProgress func(Progress)) error {
	pause, reason := c.nextPause(ctx, export, polls)
	if onProgress != nil {
		onProgress(Progress{Export: *export, Pause: pause})
	}
	c.log.DebugContext(ctx, "waiting", "export", export.Token, "status", export.Status, "duration", pause, "reason", reason)
	if export.estimated {
		if err := checkPatience(ctx, pause, "the next request would come after a wait"); err != nil {
			return err
		}
	}
	return sleep(ctx, pause)
}

// nextPause returns how long to wait before the next question, and why.
func (c *Client) nextPause(ctx context.Context, export *DataExport, polls int) (time.Duration, string) {
	if export.estimated {
		if export.retryAfter == 0 {
			return 0, "the server says it may be done"
		}
		return export.retryAfter + spread(), "the server's Retry-After"
	}
	pause, reason := growing(polls), "no Retry-After"
	if stretched := c.budget.stretch(); stretched > pause {
		pause, reason = stretched+spread(), "no Retry-After, and the request budget is short"
	}
	return lastLook(ctx, pause), reason
}

// waitError completes an error that ended a wait with what is known of the export and of the wait as a whole.
func waitError(err error, export *DataExport, started time.Time) error {
	e := asError(err)
	e.Token, e.Waited = export.Token, time.Since(started)
	if e.Status == "" {
		e.Status = export.Status
	}
	return e
}
