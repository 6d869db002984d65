package ratelimit

import (
	"math/rand/v2"
	"time"
)

// Backoff returns the delay before retry n, counted from 0: it doubles from 1 s to 30 s. Jitter takes off up to a
// tenth, so that callers that started together drift apart.
func Backoff(n int) time.Duration {
	delay := min(time.Second<<min(n, 5), 30*time.Second)
	return delay - rand.N(delay/10)
}
