package provider_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

// skipWithout skips the test if a program is not on the PATH.
func skipWithout(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(err)
	}
}

// wantIgnored expects that git ignores the files that an example has written, because they contain costs. It does not
// check anything without a clone.
func wantIgnored(t *testing.T, directory string, cli *acctest.CLI) {
	t.Helper()
	example := filepath.Join("../../examples", filepath.FromSlash(directory))
	args := []string{"check-ignore", "--no-index"}
	err := filepath.WalkDir(cli.Dir, func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(cli.Dir, path)
		if entry.IsDir() && entry.Name() == ".terraform" {
			return filepath.SkipDir
		}
		_, missing := os.Stat(filepath.Join(example, name))
		// A configuration that the test has written itself is not the example's.
		if !entry.IsDir() && missing != nil && filepath.Ext(name) != ".tf" {
			args = append(args, filepath.Join(example, name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "git", args...).Output()
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || failed.ExitCode() > 1) {
		return
	}
	if ignored := strings.Count(string(out), "\n"); ignored != len(args)-2 {
		t.Errorf("of %q, git ignores only %q", args[2:], out)
	}
}

func wantRows(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	if out := cli.MustRun("output", "-json", "cost_per_customer"); strings.TrimSpace(out) != `{"2025-03-03":12.5}` {
		t.Error(out)
	}
}

func wantQuarters(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	if out := cli.MustRun("output", "-json"); !strings.Contains(out, "2025-Q1") || !strings.Contains(out, "2024-Q1") {
		t.Error(out)
	}
}

func wantExported(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cli.Dir, "exports", "*.csv"))
	if len(files) == 0 && err == nil {
		files, err = filepath.Glob(filepath.Join(cli.Dir, "exports", "*", "*.csv"))
	}
	if err != nil || len(files) != 1 {
		t.Errorf("downloaded are %v, %v", files, err)
	}
}

func wantDownloaded(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(cli.Dir, "0.csv"))
	if err != nil || !strings.HasPrefix(string(file), "business_metric_token,") {
		t.Errorf("%.60s, %v", file, err)
	}
}

func wantDownloadedAndNotStored(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	wantDownloaded(t, cli)
	state, err := os.ReadFile(filepath.Join(cli.Dir, "terraform.tfstate"))
	if err != nil || !strings.Contains(string(state), "dta_xprt_") || strings.Contains(string(state), "X-Signature") {
		t.Errorf("the state has %s, %v", state, err)
	}
}

func wantDownloadedByName(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	if files, err := filepath.Glob(filepath.Join(cli.Dir, "exports", "[abc]", "0.csv")); err != nil || len(files) != 3 {
		t.Errorf("downloaded are %v, %v", files, err)
	}
}

func wantEncrypted(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	state, err := os.ReadFile(filepath.Join(cli.Dir, "terraform.tfstate"))
	if err != nil || !strings.Contains(string(state), "encrypted_data") || strings.Contains(string(state), "dta_xprt_") {
		t.Errorf("the state has %s, %v", state, err)
	}
	if files := cli.MustRun("output", "-json", "files"); !strings.Contains(files, "X-Signature") {
		t.Errorf("the output is %s", files)
	}
}
