package provider

import "os"

// stopSignals leaves out SIGTERM: it stands for the end of the session here, and Windows ends all processes then.
var stopSignals = []os.Signal{os.Interrupt}

// parentEnded returns a channel that is closed when the process that has started this one is gone.
func parentEnded() <-chan struct{} {
	parent, err := os.FindProcess(os.Getppid())
	if err != nil {
		return nil
	}
	ended := make(chan struct{})
	go func() {
		// On Windows one can wait for any process, not only for a child.
		if _, err := parent.Wait(); err == nil {
			close(ended)
		}
	}()
	return ended
}
