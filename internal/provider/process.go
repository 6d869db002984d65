package provider

import (
	"os"
	"time"
)

// moment is more than enough for an answer to reach Terraform on the same machine.
const moment = time.Second

// untilTerminated returns when the process has to end by itself. Usually Terraform ends it, and this never returns.
//
// Ctrl-C in a terminal reaches all processes of a group, and so does the SIGTERM that ends a container, a service or
// a job of a CI runner. Terraform takes both as the wish to stop: it calls StopProvider and waits for the operations
// that are under way. A provider that ended before would take their results with it: exports that the API has
// accepted and that no state knows. go-plugin ignores interrupts for that reason, but leaves SIGTERM to its default
// (https://github.com/hashicorp/go-plugin/issues/203).
//
//   - Either signal ends the reads; see server.interrupt.
//   - SIGTERM ends the process where nothing is under way.
//   - When Terraform is gone, whatever it died of, its operations are cancelled with the connection, and the
//     process ends.
func (s *server) untilTerminated(signals <-chan os.Signal, parentEnded <-chan struct{}) {
	for {
		select {
		case received := <-signals:
			s.interrupt()
			if received == os.Interrupt {
				continue
			}
			// Terraform may be about to call, and has yet to take note of its own SIGTERM.
			time.Sleep(moment)
			if s.operations.TryLock() {
				// It is never unlocked: no operation begins any more. The last one's answer may still be on its way.
				time.Sleep(moment)
				return
			}
		case <-parentEnded:
			time.Sleep(moment) // what was cancelled cleans up, such as a half download
			return
		}
	}
}
