package acctest

import (
	"os"
	"path/filepath"
	"testing"
)

// Testdata returns what a file in the testdata directory of the package has, such as a configuration.
func Testdata(t testing.TB, name string) string {
	t.Helper()
	return Contents(t, filepath.Join("testdata", name))
}

// Contents returns the contents of a file.
func Contents(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
