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

// wantPending expects an export that goes on at the server, with this token where one is given.
func wantPending(t *testing.T, s acctest.State, token string) {
	t.Helper()
	if token == "" {
		token = s.Text("token")
	}
	if token == "" || s.Text("token") != token || s.Text("id") != token || s.Text("status") != "pending" {
		t.Errorf("the state is %v, want it pending with the token %s", s.Value, token)
	}
	if !s.Value.IsFullyKnown() || s.Text("manifest", "completed_at") != "" {
		t.Errorf("the state is %v, want the manifest's values null", s.Value)
	}
}

func wantCompleted(t *testing.T, s acctest.State) {
	t.Helper()
	wantNoDiagnostics(t, s)
	if s.Text("status") != "completed" || s.Text("manifest", "completed_at") == "" {
		t.Errorf("the state is %v, want it completed", s.Value)
	}
}

func wantUnchanged(t *testing.T, p *acctest.Protocol, s acctest.State, config map[string]any) {
	t.Helper()
	plan := p.Plan(s, config)
	wantNoDiagnostics(t, plan)
	if !plan.Value.Equal(s.Value) || plan.Replace {
		t.Errorf("the plan changes %v to %v", s.Value, plan.Value)
	}
}

func wantNoDiagnostics(t *testing.T, s acctest.State) {
	t.Helper()
	if len(s.Diagnostics) > 0 {
		t.Errorf("errors %q, warnings %q, want none", s.Errors(), s.Warnings())
	}
}

// wantWords expects one error that says all of the words.
func wantWords(t *testing.T, errors []string, words ...string) {
	t.Helper()
	if len(errors) != 1 {
		t.Fatalf("errors %q, want one", errors)
	}
	for _, w := range words {
		if !strings.Contains(errors[0], w) {
			t.Errorf("%q does not say %q", errors[0], w)
		}
	}
}

// wantWarning expects one warning that says the words, and no error.
func wantWarning(t *testing.T, s acctest.State, words string) {
	t.Helper()
	errors, warnings := s.Errors(), s.Warnings()
	if len(errors) > 0 || len(warnings) != 1 || !strings.Contains(warnings[0], words) {
		t.Errorf("errors %q, warnings %q, want one warning that says %q", errors, warnings, words)
	}
}

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
		if isFile(r) {
			requests++
			if r.Header.Get("Authorization") != "" || strings.Contains(fmt.Sprint(r.Header), acctest.APIToken) {
				t.Errorf("%s was asked for with %v", r.Path, r.Header)
			}
		}
	}
	return requests
}

// wantPosts expects that so many exports were asked for.
func wantPosts(t *testing.T, fake *fakevantage.Server, posts int) {
	t.Helper()
	if fake.Posts() != posts {
		t.Errorf("%d exports were asked for, want %d", fake.Posts(), posts)
	}
}

// wantFiles expects these files in a directory and no others.
func wantFiles(t *testing.T, directory string, names ...string) {
	t.Helper()
	if there := filesIn(t, directory); !slices.Equal(there, names) {
		t.Errorf("%s has the files %v, want %v", directory, there, names)
	}
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
