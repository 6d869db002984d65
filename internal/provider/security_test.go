package provider_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

// Each statement of SECURITY.md about the provider, a list item, names the tests that show it.
func TestSecurity_namesTests(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)`")
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	tests := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			for _, m := range function.FindAllStringSubmatch(acctest.Contents(t, path), -1) {
				tests[m[1]] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	item := regexp.MustCompile(`(?m)^- (?:.+\n)(?:  .+\n)*`)
	statements := item.FindAllString(acctest.Contents(t, "../../SECURITY.md"), -1)
	for _, statement := range statements {
		names := named.FindAllStringSubmatch(statement, -1)
		if len(names) == 0 {
			t.Errorf("no test shows %q", statement)
		}
		for _, name := range names {
			if !tests[name[1]] {
				t.Errorf("%s of %q does not exist", name[1], statement)
			}
		}
	}
	if len(statements) < 20 {
		t.Errorf("%d statements", len(statements))
	}
}
