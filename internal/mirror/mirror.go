// Package mirror builds the provider from this checkout into a filesystem mirror, from which Terraform installs it. The
// demo and the tests that run the built provider use it.
package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"terraform-provider-vantage/internal/provider"
)

// Version is the version that is installed. Terraform installs a prerelease only if a configuration names it.
const Version = "0.0.1"

// Root returns the directory of this repository's go.mod. The working directory must be below it.
func Root(ctx context.Context) (string, error) {
	gomod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(gomod)))
	if _, err := os.Stat(filepath.Join(root, "examples", "quickstart")); err != nil {
		return "", errors.New("this directory is not in the provider's repository")
	}
	return root, nil
}

// Binary returns the path of the provider in a filesystem mirror.
func Binary(directory string) string {
	binary := filepath.Join(directory, filepath.FromSlash(provider.Address), Version, runtime.GOOS+"_"+runtime.GOARCH,
		"terraform-provider-vantage_v"+Version)
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	return binary
}

// BuildCommand returns a command that builds the provider into a directory with the layout of a filesystem mirror.
func BuildCommand(ctx context.Context, root, directory string) (*exec.Cmd, error) {
	binary := Binary(directory)
	if err := os.MkdirAll(filepath.Dir(binary), 0o700); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags", "-s -w", "-o", binary, ".")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOTMPDIR="+directory) // an interrupted build leaves files behind
	return cmd, nil
}

// IsSetting reports whether an environment variable configures Terraform or the provider.
func IsSetting(name string) bool {
	name = strings.ToUpper(name)
	return strings.HasPrefix(name, "TF_") || strings.HasPrefix(name, "VANTAGE_")
}

// Environment returns the environment of this process without the user's settings for Terraform and the provider. It
// writes a CLI configuration into the directory, which installs providers from the mirror only.
func Environment(directory string) ([]string, error) {
	config := filepath.Join(directory, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n",
		filepath.ToSlash(directory))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	env := []string{
		"TF_CLI_CONFIG_FILE=" + config,
		"TF_IN_AUTOMATION=1",   // no hints about the next command
		"CHECKPOINT_DISABLE=1", // no request for the latest version of Terraform
	}
	for _, pair := range os.Environ() {
		if !IsSetting(pair) {
			env = append(env, pair)
		}
	}
	return env, nil
}

// CopyModule copies a root module with its child modules and tests, but without files that Terraform has written.
func CopyModule(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == ".terraform" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, strings.TrimPrefix(path, from)), 0o700)
		}
		if !strings.HasSuffix(path, ".tf") && !strings.HasSuffix(path, ".hcl") || entry.Name() == ".terraform.lock.hcl" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, strings.TrimPrefix(path, from)), text, 0o600)
	})
}
