package vantage

import (
	"math/rand/v2"
	"sync"
	"time"
)

const maxInterval = 30 * time.Second

// pollDelay returns the delay before the next poll of an export of this age.
//
// hint is the Retry-After of the last response, 0 without one. Without it the delay is 1 s plus 30 % of the age, at most
// 30 s, so that completion is noticed within 30 % of the duration and a second. limit, if it is not 0, caps either. An
// export is not polled before the age at which an earlier export of its type was completed, unless the hint says so.
func pollDelay(age, hint, limit, completed time.Duration) time.Duration {
	delay := hint
	if hint == 0 {
		delay = min(time.Second+age*3/10, maxInterval)
	}
	if limit > 0 {
		delay = min(delay, limit)
	}
	if hint == 0 || limit > 0 {
		delay = max(delay, completed-age)
	}
	if hint > 0 {
		delay = min(delay, hint)
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

// ages are the lowest ages at which this client saw exports completed, by the path of the request that creates the type.
type ages struct {
	mu     sync.Mutex
	lowest map[string]time.Duration
}

func (a *ages) add(path string, age time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lowest == nil {
		a.lowest = map[string]time.Duration{}
	}
	if known, ok := a.lowest[path]; !ok || age < known {
		a.lowest[path] = age
	}
}

// of returns the lowest age of a type, 0 if it is unknown.
func (a *ages) of(path string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lowest[path]
}
