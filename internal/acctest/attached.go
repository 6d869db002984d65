package acctest

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/provider"
)

// NewAttachedCLI is NewCLIFrom with a provider that runs until the test ends, and to which all commands attach.
// Otherwise each command starts the provider several times, which takes half of its CPU time. Later changes of the
// environment do not reach the provider, and it can have only one configuration at a time.
func NewAttachedCLI(t testing.TB, api *API, directory string, environment ...string) *CLI {
	t.Helper()
	c := newCLIFrom(t, api, directory, environment...)
	c.attach()
	// A provider that runs need not be installed, unlike child modules and other providers.
	if c.mentions(" source ", ` source = "`+provider.Address+`"`) {
		c.init()
	}
	return c
}

// attach starts the provider for a debugger, and sets the environment variable that it prints.
func (c *CLI) attach() {
	c.t.Helper()
	i, err := install()
	if err != nil {
		c.t.Fatal(err)
	}
	serve := exec.CommandContext(c.t.Context(), i.binary, "-debug")
	serve.Dir = c.Dir
	serve.Env = append(c.env[:len(c.env):len(c.env)], "PLUGIN_UNIX_SOCKET_DIR="+i.sockets)
	for _, log := range []string{"PROVIDER_VANTAGE", "SDK", "SDK_PROTO", "SDK_FRAMEWORK"} {
		serve.Env = append(serve.Env, "TF_LOG_"+log+"=OFF") // as without a debugger
	}
	stdout, err := serve.StdoutPipe()
	if err == nil {
		err = serve.Start()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = serve.Wait() }) // the test's context, which is canceled before, kills it
	const name = "TF_REATTACH_PROVIDERS"
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		_, value, ok := strings.Cut(lines.Text(), name+"=")
		if ok {
			c.Setenv(name, strings.Trim(value, `'"`)) // in quotes for a shell
			return
		}
	}
	c.t.Fatalf("the provider does not print %s", name)
}
