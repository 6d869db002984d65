package dataexport_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// wantPending expects a pending export, with the token if one is given.
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

// wantUnchanged expects a plan without changes.
func wantUnchanged(t *testing.T, p *acctest.Protocol, s acctest.State, config map[string]any) {
	t.Helper()
	plan := p.Plan(s, config)
	wantNoDiagnostics(t, plan)
	wantSame(t, s, plan)
	if plan.Replace {
		t.Errorf("the plan replaces the export because of %v", plan.Replaces)
	}
}

// wantSame expects the same values and the same private state.
func wantSame(t *testing.T, before, after acctest.State) {
	t.Helper()
	if changed := changes(t, before, after); len(changed) > 0 {
		t.Errorf("%v changed", changed)
	}
	if string(before.Private) != string(after.Private) {
		t.Errorf("the private state changed from %s to %s", before.Private, after.Private)
	}
}

// changes returns the paths whose values differ.
func changes(t *testing.T, before, after acctest.State) (paths []string) {
	t.Helper()
	differences, err := before.Value.Diff(after.Value)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		paths = append(paths, d.Path.String())
	}
	return paths
}

// wantReplaced expects a plan that replaces the export because of the attribute.
func wantReplaced(t *testing.T, plan acctest.State, attribute string) {
	t.Helper()
	if len(plan.Errors()) > 0 || len(plan.Replaces) != 1 || !strings.Contains(plan.Replaces[0], `"`+attribute+`"`) {
		t.Errorf("errors %q, replaced because of %v, want %s", plan.Errors(), plan.Replaces, attribute)
	}
}

func wantNoDiagnostics(t *testing.T, s acctest.State) {
	t.Helper()
	if len(s.Diagnostics) > 0 {
		t.Errorf("errors %q, warnings %q, want none", s.Errors(), s.Warnings())
	}
}

// wantWords expects one error that contains all of the words.
func wantWords(t *testing.T, errors []string, words ...string) {
	t.Helper()
	if len(errors) != 1 {
		t.Fatalf("errors %q, want one", errors)
	}
	for _, w := range words {
		if !strings.Contains(errors[0], w) {
			t.Errorf("%q lacks %q", errors[0], w)
		}
	}
}

// wantWarning expects one warning that contains the words, and no error.
func wantWarning(t *testing.T, s acctest.State, words string) {
	t.Helper()
	errors, warnings := s.Errors(), s.Warnings()
	if len(errors) > 0 || len(warnings) != 1 || !strings.Contains(warnings[0], words) {
		t.Errorf("errors %q, warnings %q, want one warning with %q", errors, warnings, words)
	}
}

// wantLines compares progress with patterns, line by line.
func wantLines(t *testing.T, lines []string, patterns ...string) {
	t.Helper()
	ok := len(lines) == len(patterns)
	for i := range min(len(lines), len(patterns)) {
		ok = ok && regexp.MustCompile("^"+patterns[i]+"$").MatchString(lines[i])
	}
	if !ok {
		t.Errorf("progress is\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(patterns, "\n"))
	}
}

// wantNoSecrets expects that no message contains the API token or a signature, and that no request for a file has the
// API token. It returns the number of requests for files.
func wantNoSecrets(t *testing.T, told acctest.Invocation, fake *fakevantage.Server) (requests int) {
	t.Helper()
	for _, text := range slices.Concat(told.Lines, told.Errors(), told.Warnings()) {
		if strings.Contains(text, acctest.APIToken) || strings.Contains(text, "X-") {
			t.Errorf("the message is %q", text)
		}
	}
	for _, r := range fake.Requests() {
		if isFile(r) {
			requests++
			if r.Header.Get("Authorization") != "" || strings.Contains(fmt.Sprint(r.Header), acctest.APIToken) {
				t.Errorf("%s was requested with %v", r.Path, r.Header)
			}
		}
	}
	return requests
}

// wantPosts expects a number of exports to be created.
func wantPosts(t *testing.T, fake *fakevantage.Server, posts int) {
	t.Helper()
	if fake.Posts() != posts {
		t.Errorf("%d exports were created, want %d", fake.Posts(), posts)
	}
}

// wantFiles expects exactly these files in a directory.
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

// numberOfFiles returns how many URLs are stored. It fails the test if the list is null.
func numberOfFiles(t *testing.T, s acctest.State) int {
	t.Helper()
	found, _, err := tftypes.WalkAttributePath(s.Value,
		tftypes.NewAttributePath().WithAttributeName("manifest").WithAttributeName("files"))
	files, ok := found.(tftypes.Value)
	var urls []tftypes.Value
	if err != nil || !ok || files.IsNull() || files.As(&urls) != nil {
		t.Fatalf("there is no list of files: %v %v", found, err)
	}
	return len(urls)
}
