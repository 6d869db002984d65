package retry

import (
	"sync"
	"time"
)

// idle is how long no operation is in flight before failures of hosts are forgotten: one operation follows another.
const idle = 10 * time.Second

// Hosts remembers which hosts have responded. One that never has is given up for all operations together, a minute
// after the first failed attempt. The zero value is ready to use.
type Hosts struct {
	mu        sync.Mutex
	responded map[string]bool
	failures  map[string]firstFailure // of hosts that have not responded
	inFlight  int
	idleSince time.Time
}

// firstFailure is the first failed attempt to reach a host.
type firstFailure struct {
	at  time.Time
	err error
}

// Begin notes that an operation is in flight until the returned function is called. Failures are forgotten after ten
// seconds without an operation: what caused them may be over.
func (h *Hosts) Begin() (end func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.inFlight == 0 && time.Since(h.idleSince) > idle {
		h.failures = nil
	}
	h.inFlight++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.inFlight--
		h.idleSince = time.Now()
	}
}

// Responded notes that a host has responded.
func (h *Hosts) Responded(host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.responded == nil {
		h.responded = map[string]bool{}
	}
	h.responded[host] = true
	delete(h.failures, host)
}

// HasResponded reports whether a host has ever responded.
func (h *Hosts) HasResponded(host string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.responded[host]
}

// Failed notes a failed attempt to reach a host, and returns the time of the first one. It is zero if the host has
// responded.
func (h *Hosts) Failed(host string, err error) (since time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.responded[host] {
		return time.Time{}
	}
	if h.failures == nil {
		h.failures = map[string]firstFailure{}
	}
	if _, known := h.failures[host]; !known {
		h.failures[host] = firstFailure{time.Now(), err}
	}
	return h.failures[host].at
}

// GivenUp returns the error of the first attempt to reach a host that was given up, nil for other hosts.
func (h *Hosts) GivenUp(host string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if first, failed := h.failures[host]; failed && time.Since(first.at) >= oneMinute {
		return first.err
	}
	return nil
}
