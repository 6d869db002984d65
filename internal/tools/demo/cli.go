package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// cli runs Terraform or OpenTofu in one module.
type cli struct {
	program, dir string
	env          []string
}

// findCLI returns the path of the program to run: the value of TF_CLI, or the first of terraform and tofu on the PATH.
func findCLI() (string, error) {
	names := []string{"terraform", "tofu"}
	if named := os.Getenv("TF_CLI"); named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", fmt.Errorf("no %s is on the PATH: use make demo, which builds Terraform, or set TF_CLI to a program",
		strings.Join(names, " or "))
}

// run runs a command and shows it with its output.
func (c *cli) run(ctx context.Context, args ...string) error {
	say("%s %s", filepath.Base(c.program), strings.Join(args, " "))
	if !isTerminal(os.Stdout) {
		args = append(args, "-no-color")
	}
	return c.do(ctx, os.Stdout, args)
}

// read returns the output of a command and shows neither.
func (c *cli) read(ctx context.Context, args ...string) ([]byte, error) {
	var out bytes.Buffer
	err := c.do(ctx, &out, args)
	return out.Bytes(), err
}

func (c *cli) do(ctx context.Context, out io.Writer, args []string) error {
	cmd := exec.CommandContext(ctx, c.program, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, c.env, out, os.Stderr
	return run(cmd)
}

// run runs a command. When its context ends, it sends the command one interrupt and leaves it 20 s to finish.
func run(cmd *exec.Cmd) error {
	ownGroup(cmd)
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	cmd.WaitDelay = 20 * time.Second
	if err := cmd.Run(); err != nil {
		killGroup(cmd)
		return fmt.Errorf("%s %s: %w", filepath.Base(cmd.Path), cmd.Args[1], err)
	}
	return nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
