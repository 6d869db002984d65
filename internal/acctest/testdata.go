package acctest

import (
	"os"
	"path/filepath"
	"testing"
)

// Testdata returns what a file in the testdata directory of the package has, such as a configuration.
func Testdata(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
