//go:build unix

package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes the command, and what it starts, a process group as a terminal has one in the foreground.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func signalGroup(cmd *exec.Cmd, signal os.Signal) error {
	number, ok := signal.(syscall.Signal)
	if !ok {
		return fmt.Errorf("%v is not a signal of this system", signal)
	}
	return syscall.Kill(-cmd.Process.Pid, number)
}
