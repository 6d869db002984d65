package vantage

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	maxInterval = 30 * time.Second
	// lastPollBefore is how long before its deadline a wait polls for the last time.
	lastPollBefore = 5 * time.Second
)

// pollDelay returns the delay before the next poll of an export of this age.
//
// hint is the Retry-After of the last response, 0 without one. Without a hint the delay is 1 s plus 30 % of the age, at
// most 30 s, so that completion is noticed within 30 % of the duration and a second. limit, if it is not 0, caps either.
// Exports of the type that take at least usual are not polled before that age, unless the hint says so.
func pollDelay(age, hint, limit, usual time.Duration) time.Duration {
	delay := hint
	if hint == 0 {
		delay = min(time.Second+age*3/10, maxInterval)
	}
	if limit > 0 {
		delay = min(delay, limit)
	}
	if untilUsual := usual - age; untilUsual > delay && (hint == 0 || limit > 0) {
		delay = untilUsual
		if hint > 0 {
			delay = min(delay, hint)
		}
	}
	return delay
}

// spread adds or takes off up to 250 ms, so that the polls of many exports are spread, but polls no earlier than the hint.
func spread(delay, hint time.Duration) time.Duration {
	if delay == hint {
		return delay + rand.N(250*time.Millisecond)
	}
	return delay - rand.N(min(delay/20, 250*time.Millisecond)+1)
}

// lastPoll shortens a delay so that the last poll starts five seconds before the deadline of ctx. It reports false if
// that time has passed; a first poll is made all the same.
func lastPoll(ctx context.Context, delay time.Duration, first bool) (time.Duration, bool) {
	deadline, ok := ctx.Deadline()
	left := time.Until(deadline)
	switch {
	case !ok || delay < left-lastPollBefore:
		return delay, true
	case left > lastPollBefore:
		return left - lastPollBefore, true
	}
	return min(delay, left/2), first
}

// durations are how long exports took that this client saw complete, by export type, in ascending order.
type durations struct {
	mu     sync.Mutex
	byType map[string][]time.Duration
}

// add records an export that was last seen pending at one age and seen completed at the next. Its duration is the
// difference of two times that the API reports in whole seconds, so that it may have taken up to a second longer.
// Times that contradict what was seen do not count.
func (d *durations) add(export *DataExport, pending, completed time.Duration) {
	from, ok1 := ParseTime(export.CreatedAt)
	to, ok2 := ParseTime(export.Manifest.CompletedAt)
	took := to.Sub(from)
	if !ok1 || !ok2 || export.path == "" || took < pending-time.Second || took > completed+time.Second {
		return
	}
	took = min(took+time.Second, completed)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byType == nil {
		d.byType = map[string][]time.Duration{}
	}
	all := d.byType[export.path]
	i, _ := slices.BinarySearch(all, took)
	d.byType[export.path] = slices.Insert(all, i, took)
}

// usual returns the age by which a quarter of the exports of a type had completed, 0 if it is unknown.
func (d *durations) usual(exportType string) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.byType[exportType]
	if len(all) == 0 {
		return 0
	}
	return all[(len(all)-1)/4]
}
