package provider

import (
	"context"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Interrupt interrupts a server of NewServer as a signal to its process does.
func Interrupt(s tfprotov6.ProviderServer) {
	s.(*server).interrupt() //nolint:forcetypeassert // NewServer returns no other type
}

// process is a server that waits for signals in virtual time.
type process struct {
	*server
	signals     chan os.Signal
	parentEnded chan struct{}
	ended       chan struct{}
}

func inProcess(t *testing.T, f func(t *testing.T, p process)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := process{newServer("test"), make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})}
		go func() {
			defer close(p.ended)
			p.waitForShutdown(p.signals, p.parentEnded)
		}()
		f(t, p)
		select {
		case <-p.ended:
		default:
			close(p.parentEnded)
			<-p.ended // synctest requires that every goroutine ends
		}
	})
}

// endsAfter returns how long the process keeps running from now on, and false if it is more than an hour.
func (p process) endsAfter() (time.Duration, bool) {
	began := time.Now()
	select {
	case <-p.ended:
		return time.Since(began), true
	case <-time.After(time.Hour):
		return 0, false
	}
}

func TestSIGTERM_endsIdleProcess(t *testing.T) {
	t.Parallel()
	inProcess(t, func(t *testing.T, p process) {
		p.signals <- syscall.SIGTERM
		if after, ended := p.endsAfter(); !ended || after > 5*time.Second {
			t.Errorf("ended: %v, after %s", ended, after)
		}
		if p.operations.TryRLock() {
			t.Error("an operation can start while the process ends")
		}
	})
}

func TestSIGTERM_waitsForOperations(t *testing.T) {
	t.Parallel()
	inProcess(t, func(t *testing.T, p process) {
		p.operations.RLock()
		p.signals <- syscall.SIGTERM
		if after, ended := p.endsAfter(); ended {
			t.Errorf("it ended after %s", after)
		}
		p.operations.RUnlock()
		if after, ended := p.endsAfter(); ended {
			t.Errorf("it ended %s after the operation because of an earlier SIGTERM", after)
		}
		p.signals <- syscall.SIGTERM
		if _, ended := p.endsAfter(); !ended {
			t.Error("it did not end while idle")
		}
	})
}

func TestSIGTERM_leavesTimeForLastResponse(t *testing.T) {
	t.Parallel()
	inProcess(t, func(t *testing.T, p process) {
		p.operations.RLock()
		p.signals <- syscall.SIGTERM
		time.Sleep(shutdownGrace - time.Millisecond)
		p.operations.RUnlock()
		if after, ended := p.endsAfter(); !ended || after < shutdownGrace {
			t.Errorf("ended: %v, %s after the operation", ended, after)
		}
	})
}

func TestSIGTERM_betweenOperationsEndsNeither(t *testing.T) {
	t.Parallel()
	inProcess(t, func(t *testing.T, p process) {
		p.signals <- syscall.SIGTERM
		time.Sleep(shutdownGrace / 2)
		p.operations.RLock()
		defer p.operations.RUnlock()
		if after, ended := p.endsAfter(); ended {
			t.Errorf("it ended after %s", after)
		}
	})
}

func TestSignals_cancelReadsAtOnceAndNotProcess(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			inProcess(t, func(t *testing.T, p process) {
				ctx, end := p.beginRead(context.Background())
				defer end()
				p.signals <- signal
				synctest.Wait()
				if ctx.Err() == nil {
					t.Error("a read in flight was not canceled")
				}
				if after, ended := p.endsAfter(); ended {
					t.Errorf("the process ended after %s", after)
				}
			})
		})
	}
}

func TestParentEnd_endsProcess(t *testing.T) {
	t.Parallel()
	inProcess(t, func(t *testing.T, p process) {
		p.operations.RLock()
		defer p.operations.RUnlock()
		close(p.parentEnded)
		if after, ended := p.endsAfter(); !ended || after > 5*time.Second {
			t.Errorf("ended: %v, after %s", ended, after)
		}
	})
}
