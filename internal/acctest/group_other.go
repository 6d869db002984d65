//go:build !unix

package acctest

import (
	"errors"
	"os"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

func signalGroup(*exec.Cmd, os.Signal) error {
	return errors.New("there are no signals for a group of processes here")
}
