//go:build !unix

package main

import (
	"os"
	"os/exec"
)

// Windows sends Ctrl-C to all processes of the console and has no interrupt for one process.

func ownGroup(*exec.Cmd) {}

func interrupt(*os.Process) error { return nil }

func killGroup(*exec.Cmd) {}
