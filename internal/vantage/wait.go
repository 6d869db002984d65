package vantage

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
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
// The server's Retry-After says when to ask again; it does not say when the export is ready. Where it says nothing,
// exports of the same kind that this client has seen completed tell when to ask first, and the pauses grow with the age
// of the export, from 1 s to 30 s, and further when the account's request budget is short.
//
// On failure it returns what it last knew of the export, with an *Error of kind ExportFailed when the export itself
// failed, TimedOut when the deadline of ctx passed or would pass before the next request, and Interrupted when ctx was
// cancelled. A request that fails for a passing reason does not end the wait.
func (c *Client) WaitForDataExport(
	ctx context.Context, export *DataExport, onProgress func(Progress),
) (*DataExport, error) {
	defer c.budget.startWaiting()()
	started := time.Now()
	accepted := started
	if !export.askedAt.IsZero() {
		started, accepted = export.askedAt, export.AcceptedAt
	}
	var pending time.Duration // the age at which it was last seen so
	for first := true; ; first = false {
		if export.Status != "" { // else the server has not been asked yet
			if err := c.pauseBefore(ctx, export, time.Since(accepted), first, onProgress); err != nil {
				return export, waitError(err, export, started)
			}
		}
		latest, err := c.GetDataExport(ctx, export)
		switch {
		case err != nil:
			return export, waitError(err, export, started)
		case latest.Failed():
			return latest, waitError(&Error{Kind: ExportFailed, Messages: latest.Messages}, latest, started)
		}
		latest.askedAt, latest.kind = export.askedAt, export.kind
		if latest.Completed() {
			c.durations.add(latest, pending, time.Since(accepted))
			c.log.InfoContext(ctx, "the export is completed",
				"export", latest.Token, "files", len(latest.Manifest.Files), "duration", time.Since(started))
			return latest, nil
		}
		pending = time.Since(accepted)
		if latest.Status != export.Status && !strings.EqualFold(latest.Status, StatusPending) {
			c.log.WarnContext(ctx, "the export has a status that the API does not document; waiting on",
				"export", export.Token, "status", latest.Status)
		}
		// A zero is not followed here: that would ask without end.
		latest.toldToWait = latest.toldToWait && latest.retryAfter > 0
		export = latest
	}
}

// pauseBefore waits for as long as it should be until the next question about an export of this age.
func (c *Client) pauseBefore(
	ctx context.Context, export *DataExport, age time.Duration, first bool, onProgress func(Progress),
) error {
	path := c.base.JoinPath(exportPath(export.Token)).Path
	if err := c.budget.check(ctx, http.MethodGet, path); err != nil {
		return err
	}
	pause, reason := c.nextPause(ctx, export, path, age, first)
	if onProgress != nil {
		onProgress(Progress{Export: *export, Pause: pause})
	}
	level := slog.LevelDebug
	if first || pause > maxPause {
		level = slog.LevelInfo // the story of an export in a handful of lines
	}
	c.log.Log(ctx, level, "waiting",
		"export", export.Token, "status", export.Status, "duration", pause, "reason", reason)
	if export.toldToWait {
		if err := checkDeadline(ctx, pause, "the next request would come after a wait"); err != nil {
			return err
		}
	}
	return sleepFor(ctx, pause)
}

// nextPause returns how long to wait before the next question, and why.
func (c *Client) nextPause(
	ctx context.Context, export *DataExport, path string, age time.Duration, first bool,
) (time.Duration, string) {
	if export.toldToWait {
		if export.retryAfter == 0 {
			return 0, "the server says it may be done"
		}
		return export.retryAfter + wakeJitter(), "the server's Retry-After"
	}
	usual, known := c.durations.usual(export.kind)
	least := c.budget.leastPause(http.MethodGet, path, age, contextTimeLeft(ctx))
	pause, reason := pollPause(age, usual, known), "no Retry-After"
	switch {
	case first && age >= usual && least < minPause:
		return 0, "no Retry-After: it may be done at once"
	case least > pause:
		pause, reason = least+wakeJitter(), "no Retry-After, and the request budget is short"
	case age < usual:
		pause, reason = pause+wakeJitter(), "no Retry-After: a quarter of such exports were done by then"
	case !known:
		pause -= rand.N(pause / 20) // so that exports which were made together drift apart
	}
	return pauseWithinDeadline(ctx, pause), reason
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
