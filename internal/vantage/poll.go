package vantage

import (
	"math"
	"slices"
	"sync"
	"time"
)

// When to ask about an export where the server does not say: what is known of how long exports take, and what the
// budget has left.

// pollPause returns how long to wait before the next question about an export of this age.
//
// usual is the age by which a quarter of the exports of its kind were done, where some were. Until then the export is
// left alone. From then on each pause is a quarter of its age, from 1 s to 30 s.
//
// Where none were, a pause is a second and 30 % of the age, up to 30 s. So the end of an export is noticed within 30 %
// of its duration and a second.
func pollPause(age, usual time.Duration, known bool) time.Duration {
	switch {
	case !known:
		return min(minPause+age*3/10, maxPause)
	case age < usual:
		return usual - age
	}
	return min(max(age/4, minPause), maxPause)
}

// spacedPause returns the pause before the next of n requests about an export of this age, when they are all that can
// be sent in the time that is left. They are spaced so that each comes when the export is older by the same factor, and
// a new window begins when it is older by that factor once more. Whatever its duration, it is noticed within the same
// share of it.
//
// For example: an export is 1 minute old, and 3 requests are left for 15 minutes. When the window ends the export is 16
// times as old, and the fourth root of 16 is 2. So it is asked about at the age of 2, 4 and 8 minutes, and in the
// new window at 16. The pause before the next request is 1 minute.
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

func newDurations() *durations { return &durations{byKind: map[string][]time.Duration{}} }

// add takes in an export that was last seen pending at one age, and was seen completed at the next. Its duration is the
// difference of the times that the server tells. These are whole seconds, so it may have taken up to a second longer.
// Times that do not fit with what was seen do not count: they are nonsense, or from two clocks. Neither does an export
// whose kind is not known.
func (d *durations) add(export *DataExport, pending, done time.Duration) {
	created, _ := time.Parse(time.RFC3339, export.CreatedAt) // the year 1 where it is none, which fits with nothing
	completed, err := time.Parse(time.RFC3339, export.Manifest.CompletedAt)
	took := completed.Sub(created)
	if err != nil || took < pending-time.Second || took > done+time.Second || export.kind == "" {
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

// leastPause returns the pause that an export of this age should take at least, so that the windows of the route
// suffice for all exports that are under way, until the windows end or the caller gives up. While a window has plenty
// left, that is next to nothing.
//
// Where less than one request is left for each, it is minPause: they take what is left in the order in which they come,
// and the others find that they have to wait for the next window.
func (b *budget) leastPause(method, path string, age, patience time.Duration) (pause time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	for _, w := range b.windowsOf(b.route(method, path)) {
		n := b.left(w) / b.waiting
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
