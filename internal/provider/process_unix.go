//go:build unix

package provider

import (
	"os"
	"syscall"
	"time"
)

var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// parentEnded returns a channel that is closed when the process that has started this one is gone.
func parentEnded() <-chan struct{} {
	ended := make(chan struct{})
	parent := os.Getppid()
	go func() {
		defer close(ended)
		// Unix tells a process nothing of its parent's end, but gives it another one.
		for os.Getppid() == parent {
			time.Sleep(time.Second)
		}
	}()
	return ended
}
