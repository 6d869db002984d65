package acctest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// ObjectStore is a test's own fake of the object stores of AWS, Google Cloud and Azure.
type ObjectStore struct {
	t   testing.TB
	dir string
}

// NewObjectStore returns an empty store and installs the providers hashicorp/aws, hashicorp/google and
// hashicorp/azurerm that upload to it. Pass its Env to NewCLIFrom.
func NewObjectStore(t testing.TB) *ObjectStore {
	t.Helper()
	SkipIfShort(t)
	if err := installObjectStore(); err != nil {
		t.Fatal(err)
	}
	return &ObjectStore{t: t, dir: t.TempDir()}
}

// installObjectStore builds the providers into the mirror, under the hosts that Terraform and OpenTofu install them
// from.
var installObjectStore = sync.OnceValue(func() error {
	i, err := install()
	if err != nil {
		return err
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	program := filepath.Join(toRemove, "objectstore"+suffix)
	cmd := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-ldflags", "-s -w", "-o", program,
		"terraform-provider-vantage/internal/acctest/objectstore")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	const version = "99.0.0"
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		for _, name := range []string{"aws", "google", "azurerm"} {
			directory := filepath.Join(i.mirror, host, "hashicorp", name, version, runtime.GOOS+"_"+runtime.GOARCH)
			if err := os.MkdirAll(directory, 0o700); err != nil {
				return err
			}
			link := filepath.Join(directory, "terraform-provider-"+name+"_v"+version+suffix)
			if err := os.Link(program, link); err != nil {
				return err
			}
		}
	}
	return nil
})

// Env is the environment variable that leads the providers to the store.
func (s *ObjectStore) Env() string { return "OBJECT_STORE=" + s.dir }

// SetAvailable sets whether uploads succeed, which they do at first.
func (s *ObjectStore) SetAvailable(available bool) {
	s.t.Helper()
	file := filepath.Join(s.dir, "unavailable")
	err := os.Remove(file)
	if !available {
		err = os.WriteFile(file, nil, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// Object returns the content of an object by its resource type, container and name, and "" if there is none.
func (s *ObjectStore) Object(elements ...string) string {
	content, _ := os.ReadFile(filepath.Join(append([]string{s.dir}, elements...)...))
	return string(content)
}

// Uploads returns how many files were uploaded.
func (s *ObjectStore) Uploads() int { return strings.Count(s.Object("uploads.log"), "\n") }
