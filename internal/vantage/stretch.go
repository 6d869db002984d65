package vantage

import (
	"time"
)

// How the exports that are waited for share what the window has left, where the server does not say when to ask.

// startWaiting counts an export that is being waited for, until the returned function is called.
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

// stretch returns the pause that an export which is waited for should take at least, so that all of them together make do
// with what the window has left. While that is far more than they can use, it is next to nothing.
func (b *budget) stretch() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.turnOver(now)
	left := b.ends.Sub(now)
	if b.window.limit == 0 || left <= 0 {
		return 0
	}
	remaining := max(1, b.window.remaining-b.inFlight)
	share := time.Duration(b.waiting) * left / time.Duration(remaining)
	// What they would ask without any limit: some quick questions at first, then one every maxPause.
	demand := float64(b.waiting) * (6 + float64(left/maxPause))
	return min(left, time.Duration(float64(share)*min(1, demand/float64(remaining))))
}
