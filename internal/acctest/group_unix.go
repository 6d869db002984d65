//go:build unix

package acctest

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the command, and what it starts, a process group as a terminal has one in the foreground.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func interruptGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
