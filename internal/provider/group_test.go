//go:build unix

package provider_test

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// What the tests of signals share: the real program in a process group of its own, which is signalled as a terminal,
// systemd or a CI runner does.

// on answers requests of a method by a handler.
func on(method string, h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == method {
			return h
		}
		return nil
	}
}

// eventually waits until something holds, for at most a minute.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute still not: %s", what)
		}
	}
}

// startApply starts an apply of which nothing is left when the test ends, whatever happens.
func startApply(t *testing.T, cli *acctest.CLI, args ...string) *acctest.Running {
	t.Helper()
	apply := cli.Start(append([]string{"apply", "-auto-approve", "-no-color"}, args...)...)
	t.Cleanup(func() { _ = syscall.Kill(-apply.Pid(), syscall.SIGKILL) })
	return apply
}

// end waits for a command to end by itself, which may take ten seconds, with a provider that answers until then. It
// returns what the command printed and whether it succeeded.
func end(t *testing.T, run *acctest.Running) (string, bool) {
	t.Helper()
	began := time.Now()
	timer := time.AfterFunc(time.Minute, func() { _ = syscall.Kill(-run.Pid(), syscall.SIGKILL) })
	defer timer.Stop()
	out, ok := run.Wait()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if strings.Contains(out, "did not respond") || strings.Contains(out, "Stack trace") {
		t.Errorf("the provider ended before Terraform: %s", out)
	}
	return out, ok
}

// providersOf returns the processes of the provider that a command runs. A process that has ended, and that nothing has
// waited for, is none.
func providersOf(t *testing.T, run *acctest.Running) []int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ps", "-A", "-o", "pid=,pgid=,stat=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != strconv.Itoa(run.Pid()) || strings.HasPrefix(fields[2], "Z") {
			continue
		}
		if strings.HasPrefix(filepath.Base(fields[3]), "terraform-provider-vantage") {
			pid, err := strconv.Atoi(fields[0])
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// theProviderOf returns the one process of the provider that a command runs.
func theProviderOf(t *testing.T, run *acctest.Running) int {
	t.Helper()
	providers := providersOf(t, run)
	if len(providers) != 1 {
		t.Fatalf("there are the providers %v", providers)
	}
	return providers[0]
}

func send(t *testing.T, pid int, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
}

func wantNoProviderLeft(t *testing.T, run *acctest.Running) {
	t.Helper()
	eventually(t, "the provider has ended", func() bool { return len(providersOf(t, run)) == 0 })
}
