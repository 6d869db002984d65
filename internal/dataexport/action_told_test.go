package dataexport_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// wantLines compares what was told with patterns, line by line.
func wantLines(t *testing.T, lines []string, patterns ...string) {
	t.Helper()
	ok := len(lines) == len(patterns)
	for i := range min(len(lines), len(patterns)) {
		ok = ok && regexp.MustCompile("^"+patterns[i]+"$").MatchString(lines[i])
	}
	if !ok {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(patterns, "\n"))
	}
}

// wantNoSecrets expects that nothing which was told shows the API token or a signature, and that the server of the
// files was not shown the API token either. It returns how many files were asked for.
func wantNoSecrets(t *testing.T, told acctest.Invocation, fake *fakevantage.Server) (requests int) {
	t.Helper()
	for _, text := range slices.Concat(told.Lines, told.Errors(), told.Warnings()) {
		if strings.Contains(text, acctest.APIToken) || strings.Contains(text, "X-") {
			t.Errorf("it tells %q", text)
		}
	}
	for _, r := range fake.Requests() {
		if strings.HasPrefix(r.Path, "/files/") {
			requests++
			if r.Header.Get("Authorization") != "" || strings.Contains(fmt.Sprint(r.Header), acctest.APIToken) {
				t.Errorf("%s was asked for with %v", r.Path, r.Header)
			}
		}
	}
	return requests
}

func filesIn(t testing.TB, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func withDirectory(directory string) map[string]any {
	return map[string]any{"cost_report_token": "rprt_1", "directory": directory}
}
