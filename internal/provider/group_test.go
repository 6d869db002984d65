//go:build unix

package provider_test

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

// Support for the tests of signals: they run Terraform in its own process group and send signals to it as a terminal,
// systemd or a CI runner does.

// startApply starts an apply that is killed when the test ends.
func startApply(t *testing.T, cli *acctest.CLI, args ...string) *acctest.Running {
	t.Helper()
	skipWithout(t, "ps") // for providersOf
	run := cli.Start(append([]string{"apply", "-auto-approve", "-no-color"}, args...)...)
	t.Cleanup(func() { _ = syscall.Kill(-run.Pid(), syscall.SIGKILL) })
	return run
}

// end waits until a command has ended, with a provider that responds until then. It returns the command's output and
// whether it succeeded.
func end(t *testing.T, run *acctest.Running) (string, bool) {
	t.Helper()
	out, ok := run.Wait()
	if strings.Contains(out, "did not respond") || strings.Contains(out, "Stack trace") {
		t.Errorf("the provider ended before Terraform: %s", out)
	}
	return out, ok
}

// providersOf returns the provider processes that a command started and that have not ended.
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

// theProviderOf returns the only provider process that a command started.
func theProviderOf(t *testing.T, run *acctest.Running) int {
	t.Helper()
	providers := providersOf(t, run)
	if len(providers) != 1 {
		t.Fatalf("the provider processes are %v, want one", providers)
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
	acctest.Eventually(t, "the provider has ended", func() bool { return len(providersOf(t, run)) == 0 })
}
