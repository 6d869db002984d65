package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

var link = regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`)

// What a page of the repository links to is there, and so is the heading that it names.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../docs/*/*.md"} {
		pages, err := filepath.Glob(pattern)
		if err != nil || len(pages) == 0 {
			t.Fatal(pattern, err)
		}
		for _, page := range pages {
			for _, m := range link.FindAllStringSubmatch(acctest.Contents(t, page), -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				seen++
				target := page
				if m[1] != "" {
					target = filepath.Join(filepath.Dir(page), m[1])
				}
				if _, err := os.Stat(target); err != nil {
					t.Errorf("%s: %v", page, err)
					continue
				}
				if m[2] != "" && !hasAnchor(acctest.Contents(t, target), m[2]) {
					t.Errorf("%s: %s has no heading #%s", page, target, m[2])
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no page links to another")
	}
}

// hasAnchor reports whether a page has the heading, as GitHub and the registries name it in a URL, or an anchor of the
// docs generator.
func hasAnchor(page, anchor string) bool {
	if strings.Contains(page, `<a id="`+anchor+`">`) {
		return true
	}
	for line := range strings.Lines(page) {
		if heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			name := regexp.MustCompile(`[^a-z0-9_ -]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
			if strings.ReplaceAll(name, " ", "-") == anchor {
				return true
			}
		}
	}
	return false
}
