//go:build !unix

package acctest

import (
	"errors"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

func interruptGroup(*exec.Cmd) error {
	return errors.New("there is no Ctrl-C for a group of processes here")
}
