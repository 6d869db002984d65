package vantage

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"terraform-provider-vantage/internal/retry"
)

// Progress describes a wait before each delay.
type Progress struct {
	// Export is the export as last reported. Only its token and status may be known.
	Export DataExport
	// Delay is the time until the next poll.
	Delay time.Duration
}

// WaitForDataExport polls an export until it completes, and returns it with its manifest. It takes the result of
// CreateDataExport, or a DataExport of which only the token is known. onProgress, which may be nil, is called before
// each delay.
//
// The API's Retry-After says when to poll, at most Options.MaxPollInterval apart; see pollDelay. It is a hint: the last
// poll starts five seconds before the deadline of ctx.
//
// An error is an *Error of kind ExportFailed if the export failed, TimedOut if the deadline of ctx does not suffice,
// and Interrupted if ctx was canceled. The export is returned as last reported. Temporary failures do not end the wait.
func (c *Client) WaitForDataExport(
	ctx context.Context, export *DataExport, onProgress func(Progress),
) (*DataExport, error) {
	started := time.Now()
	accepted := started
	if !export.requestedAt.IsZero() {
		started, accepted = export.requestedAt, export.AcceptedAt
	}
	for first := true; ; first = false {
		if export.Status != "" { // otherwise it has not been polled yet
			if ended := c.delayPoll(ctx, export, time.Since(accepted), first, onProgress); ended != nil {
				return export, waitError(ctx, Ended(ended, nil), export, started)
			}
		}
		latest, failure := c.getDataExport(ctx, export)
		switch {
		case failure != nil:
			return export, waitError(ctx, failure, export, started)
		case latest.Failed():
			return latest, waitError(ctx, &Error{Kind: ExportFailed, Messages: latest.Messages}, latest, started)
		case latest.Completed():
			c.history.addCompleted(latest.path, time.Since(accepted))
			c.options.Logger.InfoContext(ctx, "data export completed",
				"export", latest.Token, "files", len(latest.Manifest.Files), "duration", time.Since(started))
			return latest, nil
		}
		if latest.Status != export.Status && !strings.EqualFold(latest.Status, StatusPending) {
			c.options.Logger.WarnContext(ctx, "data export has an undocumented status; it counts as pending",
				"export", export.Token, "status", latest.Status)
		}
		export = latest
	}
}

// delayPoll waits until the next poll of an export of this age.
func (c *Client) delayPoll(
	ctx context.Context, export *DataExport, age time.Duration, first bool, onProgress func(Progress),
) (ended error) {
	delay := pollDelay(age, export.hint, c.history.completedAt(export.path), c.options.MaxPollInterval)
	delay, inTime := retry.BeforeDeadline(ctx, delay, 5*time.Second)
	if !inTime && !first {
		return errors.New("the export is still pending, and no time is left to poll it again")
	}
	if onProgress != nil {
		onProgress(Progress{Export: *export, Delay: delay})
	}
	level := slog.LevelDebug
	if first || delay > maxInterval {
		level = slog.LevelInfo
	}
	c.options.Logger.Log(ctx, level, "waiting for data export",
		"export", export.Token, "status", export.Status, "delay", delay)
	return retry.Sleep(ctx, delay)
}

// waitError completes an error that ended a wait.
func waitError(ctx context.Context, e *Error, export *DataExport, started time.Time) error {
	e.Token = export.Token
	e.Measure(ctx, started)
	if e.Status == "" {
		e.Status = export.Status
	}
	return e
}

const (
	maxInterval = 30 * time.Second
	// maxHeadStart is the longest delay because earlier exports took longer: this export may be a smaller one.
	maxHeadStart = 2 * time.Minute
)

// pollDelay returns the delay before the next poll of an export of this age.
//
// hint is the Retry-After of the last response, 0 without one. Without it the delay is 1 s plus 30 % of the age, at
// most 30 s, so that completion is noticed within 30 % of the duration and a second; but an export is not polled before
// the age at which one of its type was completed. limit, if it is not 0, is the maximum of either. Up to 250 ms are
// added to a hint and taken off other delays, so that the polls of many exports are spread.
func pollDelay(age, hint, completed, limit time.Duration) time.Duration {
	delay := hint
	if hint == 0 {
		delay = max(min(time.Second+age*3/10, maxInterval), min(completed-age, maxHeadStart))
	}
	switch {
	case limit > 0 && limit <= delay:
		delay = limit
	case hint > 0:
		return hint + rand.N(250*time.Millisecond)
	}
	return delay - rand.N(min(delay/20, 250*time.Millisecond)+1)
}
