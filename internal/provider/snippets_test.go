package provider_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

// notFromExamples are the snippets that cannot be a part of an example that is run, by a line that only they have.
var notFromExamples = map[string]string{
	`source = "vantage-sh/vantage"`: "needs the vendor's provider, which the tests cannot install",
	`condition = try(sum(local.measured[*].unit_cost_amount) / length(local.measured) <= ` +
		`var.stop_above, false)`: "is one line in place of another",
}

var snippet = regexp.MustCompile("(?s)```terraform\n(.*?)```")

// Every configuration in README and the guides is a part of an example, and so it is run.
func TestSnippetsAreParts(t *testing.T) {
	t.Parallel()
	parts := exampleTexts(t)
	pages, err := filepath.Glob("../../templates/guides/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	exceptions := map[string]bool{}
	for _, page := range append(pages, "../../README.md") {
		for _, m := range snippet.FindAllStringSubmatch(acctest.Contents(t, page), -1) {
			if line, ok := exceptionOf(m[1]); ok {
				exceptions[line] = true
				continue
			}
			wanted := unindented(m[1])
			if !slices.ContainsFunc(parts, func(example string) bool { return strings.Contains(example, wanted) }) {
				t.Errorf("%s: this is not a part of any example:\n%s", page, m[1])
			}
		}
	}
	for line, reason := range notFromExamples {
		if !exceptions[line] {
			t.Errorf("no page has a snippet with the line %s, which %s", line, reason)
		}
	}
}

func exceptionOf(snippet string) (string, bool) {
	for line := range notFromExamples {
		if strings.Contains(unindented(snippet), "\n"+line+"\n") {
			return line, true
		}
	}
	return "", false
}

// exampleTexts are the files of all examples that a test runs.
func exampleTexts(t *testing.T) []string {
	t.Helper()
	var out []string
	directories := slices.Concat(slices.Collect(maps.Keys(examples())), slices.Collect(maps.Keys(testedElsewhere())))
	for _, directory := range directories {
		err := filepath.WalkDir(
			filepath.Join("../../examples", directory),
			func(path string, _ os.DirEntry, err error) error {
				isPart := filepath.Ext(path) == ".tf" || strings.HasSuffix(path, ".tftest.hcl")
				if err != nil || !isPart || strings.HasPrefix(filepath.Base(path), "import") {
					return err
				}
				out = append(out, unindented(acctest.Contents(t, path)))
				return nil
			},
		)
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// unindented returns the text with each line on its own, whatever block it is in, between line ends.
func unindented(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return "\n" + strings.Join(lines, "\n") + "\n"
}
