package acctest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"terraform-provider-vantage/internal/provider"
)

// repository is the root directory. Tests run in the directory of their package, internal/NAME.
var repository = filepath.Join("..", "..")

// installed is the provider in a filesystem mirror, and an environment in which Terraform uses it. All tests of a
// process share it.
type installed struct {
	mirror, binary string
	// sockets and module are directories of acctest itself: Terraform searches the whole mirror.
	sockets, module string
	env             []string
}

// toRemove is the directory that install creates and Main removes.
var toRemove string

var install = sync.OnceValues(func() (i installed, err error) {
	if toRemove, err = os.MkdirTemp("", "vantage-"); err != nil {
		return i, err
	}
	for name, directory := range map[string]*string{"m": &i.mirror, "s": &i.sockets, "i": &i.module} {
		*directory = filepath.Join(toRemove, name)
		if err := os.Mkdir(*directory, 0o700); err != nil {
			return i, err
		}
	}
	const version = "0.0.1" // Terraform installs a prerelease only if a configuration names it
	i.binary = filepath.Join(i.mirror, filepath.FromSlash(provider.Address), version, runtime.GOOS+"_"+runtime.GOARCH,
		"terraform-provider-vantage_v"+version)
	if runtime.GOOS == "windows" {
		i.binary += ".exe"
	}
	build := []string{"build", "-buildvcs=false", "-ldflags", "-s -w", "-o", i.binary, "."}
	cmd := exec.CommandContext(context.Background(), "go", build...)
	cmd.Dir = repository
	if out, err := cmd.CombinedOutput(); err != nil {
		return i, fmt.Errorf("%w: %s", err, out)
	}
	config := filepath.Join(toRemove, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n",
		filepath.ToSlash(i.mirror))
	i.env = slices.DeleteFunc(os.Environ(), isSetting)
	i.env = append(i.env,
		"TF_CLI_CONFIG_FILE="+config,
		"TF_IN_AUTOMATION=1",   // no hints about the next command
		"CHECKPOINT_DISABLE=1", // no request for the latest version of Terraform
	)
	return i, os.WriteFile(config, []byte(text), 0o600)
})

// isSetting reports whether an environment variable configures Terraform or the provider.
func isSetting(name string) bool {
	name = strings.ToUpper(name)
	return strings.HasPrefix(name, "TF_") || strings.HasPrefix(name, "VANTAGE_")
}

// Installed returns the built provider and the environment in which Terraform installs it.
func Installed(t testing.TB) (binary string, env []string) {
	t.Helper()
	i, err := install()
	if err != nil {
		t.Fatal(err)
	}
	return i.binary, slices.Clone(i.env)
}

// copyModule copies a root module with its child modules and tests, but without files that Terraform has written.
func copyModule(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == ".terraform":
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, strings.TrimPrefix(path, from)), 0o700)
		case !strings.HasSuffix(path, ".tf") && !strings.HasSuffix(path, ".hcl") || entry.Name() == ".terraform.lock.hcl":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, strings.TrimPrefix(path, from)), text, 0o600)
	})
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
