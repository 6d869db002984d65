// Package mirror builds the provider from this checkout into a filesystem mirror, so that a real Terraform installs it
// from there and from nowhere else. The demo and the tests of the whole program start with it.
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

// Version is what the provider is installed as. It is not a prerelease, for Terraform takes none of these unless a
// configuration names it.
const Version = "0.0.1"

// Root returns the directory of this repository's go.mod, which the working directory has to be in.
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

// BuildCommand returns a command that builds the provider into a directory laid out as Terraform expects a mirror to
// be.
func BuildCommand(ctx context.Context, root, directory string) (*exec.Cmd, error) {
	binary := filepath.Join(directory, filepath.FromSlash(provider.Address), Version, runtime.GOOS+"_"+runtime.GOARCH,
		"terraform-provider-vantage_v"+Version)
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if err := os.MkdirAll(filepath.Dir(binary), 0o700); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", binary, ".")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOTMPDIR="+directory) // an interrupted build leaves files behind
	return cmd, nil
}

// Environment returns this process's environment without the user's own settings for Terraform and the provider, and
// with a CLI configuration that it writes into the directory, by which providers come from the mirror alone.
func Environment(directory string) ([]string, error) {
	config := filepath.Join(directory, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  "+
		"}\n}\n", filepath.ToSlash(directory))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	env := []string{
		"TF_CLI_CONFIG_FILE=" + config,
		"TF_IN_AUTOMATION=1",   // no hints on what to type next
		"CHECKPOINT_DISABLE=1", // no question to the network for a newer Terraform
	}
	for _, pair := range os.Environ() {
		if name := strings.ToUpper(pair); !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "VANTAGE_") {
			env = append(env, pair)
		}
	}
	return env, nil
}

// CopyModule copies a root module, its own modules and tests included, without what Terraform may have left there.
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
