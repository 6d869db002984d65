package acctest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"

	"terraform-provider-vantage/internal/mirror"
)

// installed is a mirror with the provider, and an environment in which Terraform uses it. All tests of a process share
// it.
type installed struct {
	root   string // of the repository
	mirror string
	env    []string
}

// toRemove is the directory that install creates and Main removes.
var toRemove string

var install = sync.OnceValues(func() (i installed, err error) {
	ctx := context.Background()
	if i.root, err = mirror.Root(ctx); err != nil {
		return i, err
	}
	if i.mirror, err = os.MkdirTemp("", "vantage-mirror-"); err != nil {
		return i, err
	}
	toRemove = i.mirror
	cmd, err := mirror.BuildCommand(ctx, i.root, i.mirror)
	if err != nil {
		return i, err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return i, fmt.Errorf("%w: %s", err, out)
	}
	i.env, err = mirror.Environment(i.mirror)
	return i, err
})

// Installed returns the built provider and the environment in which Terraform installs it.
func Installed(t testing.TB) (binary string, env []string) {
	t.Helper()
	i, err := install()
	if err != nil {
		t.Fatal(err)
	}
	return mirror.Binary(i.mirror), slices.Clone(i.env)
}

// SkipIfShort skips a test that runs a CLI in "go test -short", because it takes seconds.
func SkipIfShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs a CLI")
	}
}

func findCLI() (string, error) {
	if program := os.Getenv("TF_ACC_TERRAFORM_PATH"); program != "" {
		return program, nil
	}
	program, err := exec.LookPath("terraform")
	if err != nil {
		return "", errors.New("no terraform on the PATH; run make test, which builds one, or set TF_ACC_TERRAFORM_PATH")
	}
	return program, nil
}
