package provider

import (
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// shutdownGrace is more than enough for a response to reach Terraform on the same machine.
const shutdownGrace = time.Second

// Serve serves the provider to the Terraform process that started this one, until Terraform or a signal ends it.
// With debug it serves any Terraform that attaches, until it is interrupted, and leaves signals and logs unchanged.
func Serve(version string, debug bool) error {
	// net/http logs what a server sends without a request, and with it what the server repeats of an earlier request.
	log.SetOutput(io.Discard)
	defer log.SetOutput(os.Stderr)
	if debug {
		return tf6server.Serve(Address, NewServer(version), tf6server.WithManagedDebug())
	}
	disableUnusedLogs()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)

	s, parent := newServer(version), parentEnded()
	ended := make(chan error, 2)
	go func() {
		s.waitForShutdown(signals, parent)
		ended <- nil
	}()
	go func() {
		ended <- tf6server.Serve(Address, func() tfprotov6.ProviderServer { return s })
	}()
	return <-ended
}

// waitForShutdown returns when the process must exit. Usually Terraform ends the process, and this never returns.
//
// Ctrl-C in a terminal reaches all processes of a group, and so does the SIGTERM that ends a container, a service or
// a job of a CI runner. Terraform handles both: it calls StopProvider and waits for the operations in flight. A
// provider that ended earlier would lose their results: exports that the API has accepted and no state contains.
// go-plugin ignores interrupts for that reason, but not SIGTERM (https://github.com/hashicorp/go-plugin/issues/203).
//
//   - Either signal cancels reads; see server.interrupt.
//   - SIGTERM ends the process if no operation is in flight.
//   - When the parent process has ended, for whatever reason, its operations are canceled with the connection, and
//     the process ends.
func (s *server) waitForShutdown(signals <-chan os.Signal, parentEnded <-chan struct{}) {
	for {
		select {
		case received := <-signals:
			s.interrupt()
			if received == os.Interrupt {
				continue
			}
			// Terraform may be about to send a call, because it has not handled its own SIGTERM yet.
			time.Sleep(shutdownGrace)
			if s.operations.TryLock() {
				// It is never unlocked: no operation starts anymore. The last response may still be in flight.
				time.Sleep(shutdownGrace)
				return
			}
		case <-parentEnded:
			time.Sleep(shutdownGrace) // canceled operations clean up, such as a partial download
			return
		}
	}
}

// parentEnded returns a channel that is closed when the process that started this one has ended.
func parentEnded() <-chan struct{} {
	ended := make(chan struct{})
	parent := os.Getppid()
	go func() {
		if runtime.GOOS == "windows" { // the parent's ID never changes, but any process can be waited for
			process, err := os.FindProcess(parent)
			if err == nil {
				_, err = process.Wait()
			}
			if err != nil {
				return
			}
		}
		for runtime.GOOS != "windows" && os.Getppid() == parent { // an orphan gets a new parent
			time.Sleep(time.Second)
		}
		close(ended)
	}()
	return ended
}
