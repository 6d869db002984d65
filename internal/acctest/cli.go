package acctest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"terraform-provider-vantage/internal/provider"
)

// CLI runs Terraform and the built provider in a root module of its own.
type CLI struct {
	t       testing.TB
	program string
	// Dir is the directory of the module.
	Dir string
	env []string
}

// NewCLI returns an initialized module with the configuration and a required_providers block. Its environment
// configures the provider for the fake. All such modules share the result of one init, so that they can have neither
// child modules nor other providers.
func NewCLI(t testing.TB, api *API, config string) *CLI {
	t.Helper()
	c := newCLI(t, api)
	c.shareInit()
	c.Write(config)
	return c
}

// initialized makes shareInit run init once.
var initialized sync.Once

// shareInit initializes a module with the provider, once in a process, and lets this module use the result.
func (c *CLI) shareInit() {
	c.t.Helper()
	i, err := install()
	if err != nil {
		c.t.Fatal(err)
	}
	shared := *c
	shared.Dir = i.module
	initialized.Do(func() {
		shared.Write("")
		shared.init()
	})
	const lock = ".terraform.lock.hcl"
	text := Contents(c.t, filepath.Join(shared.Dir, lock))
	if err := os.WriteFile(filepath.Join(c.Dir, lock), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.Setenv("TF_DATA_DIR", filepath.Join(shared.Dir, ".terraform"))
}

// NewCLIFrom is NewCLI for a module that is copied from a directory of the repository, such as examples/quickstart,
// with examples/archive, which other examples call. The module is initialized with the provider from the mirror. The
// environment, as NAME=value, is set before init.
func NewCLIFrom(t testing.TB, api *API, directory string, environment ...string) *CLI {
	t.Helper()
	c := newCLIFrom(t, api, directory, environment...)
	c.init()
	return c
}

func newCLIFrom(t testing.TB, api *API, directory string, environment ...string) *CLI {
	t.Helper()
	c := newCLI(t, api)
	c.env = append(c.env, environment...)
	to := c.Dir
	c.Dir = filepath.Join(to, filepath.FromSlash(directory))
	for _, module := range []string{directory, "examples/archive"} {
		module = filepath.FromSlash(module)
		if err := copyModule(filepath.Join(repository, module), filepath.Join(to, module)); err != nil {
			t.Fatal(err)
		}
	}
	// Examples of the registry's pages are parts of a module, and examples of imports need an existing export.
	imports, _ := filepath.Glob(filepath.Join(c.Dir, "import*.tf"))
	for _, file := range imports {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	if !c.mentions("required_providers", "") {
		c.Write("")
	}
	return c
}

func newCLI(t testing.TB, api *API) *CLI {
	t.Helper()
	SkipIfShort(t)
	program, err := findCLI()
	if err != nil {
		t.Fatal(err)
	}
	i, err := install()
	if err != nil {
		t.Fatal(err)
	}
	c := &CLI{t: t, program: program, Dir: t.TempDir(), env: slices.Clone(i.env)}
	c.Setenv("TF_DISABLE_PLUGIN_TLS", "1") // TLS between Terraform and the provider takes half of the CPU time of a plan
	c.Setenv("VANTAGE_HOST", api.URL)
	c.Setenv("VANTAGE_API_TOKEN", APIToken)
	return c
}

func (c *CLI) init() {
	c.t.Helper()
	c.MustRun("init", "-no-color", "-input=false")
}

// mentions reports whether the configuration contains a text, other than as a part of the exception.
func (c *CLI) mentions(text, exception string) bool {
	c.t.Helper()
	files, _ := filepath.Glob(filepath.Join(c.Dir, "*.tf"))
	return slices.ContainsFunc(files, func(file string) bool {
		return strings.Contains(strings.ReplaceAll(Contents(c.t, file), exception, ""), text)
	})
}

// Setenv sets an environment variable of later commands.
func (c *CLI) Setenv(name, value string) { c.env = append(c.env, name+"="+value) }

// Write replaces the configuration.
func (c *CLI) Write(config string) {
	c.t.Helper()
	text := fmt.Sprintf("terraform {\n  required_providers {\n    vantage = { source = %q }\n  }\n}\n%s",
		provider.Address, config)
	if err := os.WriteFile(filepath.Join(c.Dir, "main.tf"), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Run runs a command and returns its output and whether it succeeded.
func (c *CLI) Run(args ...string) (string, bool) {
	c.t.Helper()
	return c.Start(args...).Wait()
}

// MustRun runs a command and fails the test if the command fails.
func (c *CLI) MustRun(args ...string) string {
	c.t.Helper()
	out, ok := c.Run(args...)
	if !ok {
		c.t.Fatalf("%s %s: %s", filepath.Base(c.program), strings.Join(args, " "), out)
	}
	return out
}

// WantEmptyPlan fails the test unless a plan is empty.
func (c *CLI) WantEmptyPlan() {
	c.t.Helper()
	if out, ok := c.Run("plan", "-detailed-exitcode", "-no-color"); !ok {
		c.t.Errorf("the plan is not empty: %s", out)
	}
}

// Running is a running command.
type Running struct {
	cmd *exec.Cmd
	out bytes.Buffer
	t   testing.TB
}

// Start starts a command in a process group of its own, as a terminal does.
func (c *CLI) Start(args ...string) *Running {
	c.t.Helper()
	r := &Running{t: c.t, cmd: exec.CommandContext(c.t.Context(), c.program, args...)}
	r.cmd.Dir, r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = c.Dir, c.env, &r.out, &r.out
	ownGroup(r.cmd)
	if err := r.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return r
}

// Interrupt sends an interrupt to the program and its providers, as Ctrl-C does.
func (r *Running) Interrupt() { r.Signal(os.Interrupt) }

// Signal sends a signal to the program and its providers.
func (r *Running) Signal(signal os.Signal) {
	if err := signalGroup(r.cmd, signal); err != nil {
		r.t.Error(err)
	}
}

// Pid returns the ID of the program's process and of its process group.
func (r *Running) Pid() int { return r.cmd.Process.Pid }

// Wait waits for the command and returns its output and whether it succeeded. It kills a command that takes longer than
// three minutes, such as one that waits for an export after an interrupt.
func (r *Running) Wait() (string, bool) {
	timer := time.AfterFunc(longest, func() { _ = signalGroup(r.cmd, os.Kill) })
	defer timer.Stop()
	err := r.cmd.Wait()
	return r.out.String(), err == nil
}

// Loose replaces spaces with a pattern for any white space, because the CLI wraps diagnostics and draws a border.
func Loose(pattern string) string { return strings.ReplaceAll(pattern, " ", `[\s│|]+`) }
