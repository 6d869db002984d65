package acctest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
)

// Version is what something needs at least of the CLI that the tests run with. Where one is empty, that program does
// not have it.
type Version struct{ Terraform, OpenTofu string }

type cliVersion struct {
	version  *version.Version
	openTofu bool
}

var askVersion = sync.OnceValues(func() (cliVersion, error) {
	program, err := findCLI()
	if err != nil {
		return cliVersion{}, err
	}
	cmd := exec.CommandContext(context.Background(), program, "version")
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1") // no request for the latest version
	out, err := cmd.Output()
	if err != nil {
		return cliVersion{}, err
	}
	line, _, _ := strings.Cut(string(out), "\n") // "Terraform v1.11.4" or "OpenTofu v1.12.6"
	name, number, _ := strings.Cut(line, " v")
	v, err := version.NewVersion(strings.TrimSpace(number))
	return cliVersion{v, name == "OpenTofu"}, err
})

// IsMet reports whether the CLI is new enough.
func (v Version) IsMet(t testing.TB) bool {
	t.Helper()
	SkipIfShort(t)
	have, err := askVersion()
	if err != nil {
		t.Fatal(err)
	}
	least := v.Terraform
	if have.openTofu {
		least = v.OpenTofu
	}
	return least != "" && have.version.Core().GreaterThanOrEqual(version.Must(version.NewVersion(least)))
}

// SkipTerraform skips the test for the versions of Terraform from the first one to before the second one.
func SkipTerraform(t testing.TB, from, before, reason string) {
	t.Helper()
	if (Version{Terraform: from}).IsMet(t) && !(Version{Terraform: before}).IsMet(t) {
		t.Skip(reason)
	}
}

// SkipUnlessMet skips the test where the CLI is not new enough. The zero Version is always met.
func (v Version) SkipUnlessMet(t testing.TB) {
	t.Helper()
	if v != (Version{}) && !v.IsMet(t) {
		t.Skipf("needs Terraform %q or OpenTofu %q", v.Terraform, v.OpenTofu)
	}
}
