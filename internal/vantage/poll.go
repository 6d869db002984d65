package vantage

import (
	"math"
	"slices"
	"sync"
	"time"
)

// When to ask about an export where the server does not say: what is known of how long exports take, and what the
// budget has left.

// pollPause returns how long to wait before the next question about an export of this age. usual is the age by which a
// quarter of the exports of its kind were done, where some were: until then there is no point in asking, and afterwards
// each pause is a quarter of the age, from 1 s to 30 s. Where none were, the pauses are 1 s and three tenths of the
// age, up to 30 s, so that an export is noticed within 30 % of its duration and a second.
func pollPause(age, usual time.Duration, known bool) time.Duration {
	switch {
	case !known:
		return min(minPause+age*3/10, maxPause)
	case age < usual:
		return usual - age
	}
	return min(max(age/4, minPause), maxPause)
}

// spacedPause returns the first of the pauses after which n requests about an export of this age are sent, when nothing
// more can be sent for the time that is left. Each comes when the export is older by the same factor, and by that
// factor later a new window begins: so each duration that it may have, short or long, is noticed late by at most the
// same share of it.
//
// For example, an export is 1 minute old, and 3 requests are left for 15 minutes. The factor is the fourth root of (1 +
// 15) / 1, which is 2: it is asked about at the age of 2, 4 and 8 minutes, and in the new window at 16. The pause is 1
// minute.
func spacedPause(age, left time.Duration, n int) time.Duration {
	age = max(age, minPause)
	factor := math.Pow(float64(age+left)/float64(age), 1/float64(n+1))
	return time.Duration(float64(age) * (factor - 1))
}

// durations are how long exports took that this client has seen completed, by their kind, from the shortest to the
// longest.
type durations struct {
	mu     sync.Mutex
	byKind map[string][]time.Duration
}

// add takes in a completed export of which the last answer before came at one age, and the one that it is completed at
// another. Its duration is the difference of the server's own times. Those are whole seconds, so it may have taken up
// to a second longer. What does not fit with the ages makes no sense, or is of two clocks, and does not count; neither
// does an export of no known kind.
func (d *durations) add(export *DataExport, pending, done time.Duration) {
	created, err1 := time.Parse(time.RFC3339, export.CreatedAt)
	completed, err2 := time.Parse(time.RFC3339, export.Manifest.CompletedAt)
	took := completed.Sub(created)
	if err1 != nil || err2 != nil || took < pending-time.Second || took > done+time.Second || export.kind == "" {
		return
	}
	took = min(took+time.Second, done)
	d.mu.Lock()
	defer d.mu.Unlock()
	i, _ := slices.BinarySearch(d.byKind[export.kind], took)
	d.byKind[export.kind] = slices.Insert(d.byKind[export.kind], i, took)
}

// usual returns the age by which a quarter of the exports of a kind were done, where some were.
func (d *durations) usual(kind string) (age time.Duration, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.byKind[kind]
	if len(all) == 0 {
		return 0, false
	}
	return all[(len(all)-1)/4], true
}

// startWaiting counts an export that is being made or waited for, until the returned function is called.
func (b *budget) startWaiting() (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.waiting--
	}
}

// pollPause returns the pause that an export of this age should take at least, so that all of them make do with what
// the windows of the route have left, for as long as they last or the caller does. It is next to nothing while that is
// plenty.
//
// Where not even one request is left for each, it is minPause: they take what is left in the order in which they come,
// and the others learn then that they have to wait for the next window.
func (b *budget) pollPause(method, path string, age, patience time.Duration) (pause time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	for _, w := range b.windowsOf(b.route(method, path)) {
		n := b.room(w, now) / b.waiting
		switch {
		case w.over(now):
		case n > 0:
			pause = max(pause, spacedPause(age, min(w.ends.Sub(now), patience), n))
		default:
			pause = max(pause, minPause)
		}
	}
	return pause
}
