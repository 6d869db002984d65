package vantage

import (
	"sync"
	"time"
)

// history is what a client remembers of the exports of its run.
type history struct {
	mu sync.Mutex
	// acceptedAt is when the exports that the client created were accepted, by token.
	acceptedAt map[string]time.Time
	// lowestAge is the lowest age at which an export was seen completed, by the path of the request that creates its type.
	lowestAge map[string]time.Duration
}

func newHistory() *history {
	return &history{acceptedAt: map[string]time.Time{}, lowestAge: map[string]time.Duration{}}
}

func (h *history) addCreated(token string, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acceptedAt[token] = at
}

func (h *history) accepted(token string) (at time.Time, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ok = h.acceptedAt[token]
	return at, ok
}

// addCompleted records the age at which an export was seen completed. An existing export has no path: its type and age
// are unknown.
func (h *history) addCompleted(path string, age time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if lowest, ok := h.lowestAge[path]; path != "" && (!ok || age < lowest) {
		h.lowestAge[path] = age
	}
}

// completedAt returns the lowest age of a type, 0 if it is unknown.
func (h *history) completedAt(path string) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lowestAge[path]
}
