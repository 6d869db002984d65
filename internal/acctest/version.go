package acctest

import (
	"context"
	"encoding/json"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
)

// Version is what something needs at least of the CLI that the tests run with. Where one is empty, that program does not have it.
type Version struct{ Terraform, OpenTofu string }

type installed struct {
	version  *version.Version
	openTofu bool
}

var cliVersion = sync.OnceValues(func() (installed, error) {
	program, err := findCLI()
	if err != nil {
		return installed{}, err
	}
	ctx := context.Background()
	var said struct {
		Version string `json:"terraform_version"`
	}
	out, err := exec.CommandContext(ctx, program, "version", "-json").Output()
	if err == nil {
		err = json.Unmarshal(out, &said)
	}
	if err != nil {
		return installed{}, err
	}
	text, err := exec.CommandContext(ctx, program, "version").Output()
	if err != nil {
		return installed{}, err
	}
	v, err := version.NewVersion(said.Version)
	return installed{v, strings.Contains(string(text), "OpenTofu")}, err
})

// IsMet reports whether the CLI is new enough.
func (v Version) IsMet(t testing.TB) bool {
	t.Helper()
	have, err := cliVersion()
	if err != nil {
		t.Fatal(err)
	}
	least := v.Terraform
	if have.openTofu {
		least = v.OpenTofu
	}
	return least != "" && have.version.Core().GreaterThanOrEqual(version.Must(version.NewVersion(least)))
}

// SkipUnlessMet skips the test where the CLI is not new enough. The zero Version is always met.
func (v Version) SkipUnlessMet(t testing.TB) {
	t.Helper()
	if v != (Version{}) && !v.IsMet(t) {
		t.Skipf("needs Terraform %q or OpenTofu %q", v.Terraform, v.OpenTofu)
	}
}
