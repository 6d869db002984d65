package provider_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

// summary matches the summary of a diagnostic in the code, with or without an inserted value: what comes before it and
// what comes after it. Other summaries are "Could not" with the verb of an operation.
var (
	summary = regexp.MustCompile(`(?:Add|New)(?:Attribute)?(?:Error|Warning)(?:Diagnostic)?\(` +
		`\s*(?:path\.Root\([^)]*\),|req\.Path,)?\s*(?:fmt\.Sprintf\()?"([^"%]+)(?:"\+[\w.]+(?:\+"([^"]+))?)?`)
	verb = regexp.MustCompile(`(?:verb: +"|verb = "|waiting\(")([^"]+)|"Could not ([^"<]+)"`)
)

// Each summary of a diagnostic has an entry in the guide on troubleshooting, and each entry has a summary. An entry has
// a placeholder such as <export type> for what the code inserts.
func TestTroubleshooting_hasEachSummary(t *testing.T) {
	t.Parallel()
	var entries []string
	for line := range strings.Lines(acctest.Contents(t, "../../templates/guides/troubleshooting.md")) {
		if strings.HasPrefix(line, "- **") {
			for _, entry := range regexp.MustCompile(`\*\*(.+?)\*\*`).FindAllStringSubmatch(line, -1) {
				entries = append(entries, strings.ReplaceAll(entry[1], "`", ""))
			}
		}
	}
	found := summaries(t)
	for _, s := range found {
		if !slices.ContainsFunc(entries, s.matches) {
			t.Errorf("the guide has no entry for %q", s)
		}
	}
	for _, entry := range entries {
		if !slices.ContainsFunc(found, func(s parts) bool { return s.matches(entry) }) {
			t.Errorf("no diagnostic has the summary %q of the guide", entry)
		}
	}
	if len(entries) == 0 || len(found) < 30 {
		t.Errorf("%d entries, %d summaries", len(entries), len(found))
	}
}

// parts are what a summary begins and ends with.
type parts [2]string

func (p parts) matches(entry string) bool {
	return strings.HasPrefix(entry, p[0]) && strings.HasSuffix(entry, p[1])
}

// summaries returns the summaries in the product.
func summaries(t *testing.T) (found []parts) {
	t.Helper()
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(filepath.ToSlash(file), "../acctest/") {
			continue
		}
		text := acctest.Contents(t, file)
		for _, m := range summary.FindAllStringSubmatch(text, -1) {
			found = append(found, parts{m[1], m[2]})
		}
		for _, m := range verb.FindAllStringSubmatch(text, -1) {
			found = append(found, parts{"Could not " + m[1] + m[2]})
		}
	}
	return found
}
