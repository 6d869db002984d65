// Package language_test checks that all text of the project is in standard English.
package language_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// idioms are words that readers stumble over. CONTRIBUTING.md and the pages of the Terraform Registry use standard
// terms.
var idioms = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	// Export, request, response.
	`(make|makes|made|making) (an|the|no|another|new|a new|one|their|its) exports?`,
	`exports? (is|are|was|were) made`,
	`ha(s|ve) one made`,
	`asks? again`,
	`ask(s|ed|ing)? (for it|about|for an export|for one)`,
	`answers?`, `answered`, `answering`,
	`(is|are|was|were|be|been) told`,
	`server.s (own )?words`,
	`as the API words it`,
	`odd answers?`,
	`in vain`,
	`of any kind`, `kinds? of exports?`,
	// Waiting.
	`goes on( at)?`, `go on`, `went on`,
	`waits? on`,
	`waited out`,
	`held back`,
	`growing pauses?`,
	`under way`,
	`patience`,
	`(runs|ran) out of time`,
	`request budget`,
	// State and errors.
	`(is|are|was|were) gone`,
	`(any|not any) more`,
	`makes? (no )?sense`, `nonsense`,
	`anew`,
	`by (itself|themselves)`,
	`all the same`,
	`mends?`, `mended`,
	`itself included`, `, for (it|they|there|what|nobody)`,
	`stand-in`, `dummy`,
	// People and pictures.
	`anybody`, `everybody`, `nobody`, `whoever`,
	`frugal`, `the house`, `surfaces?`,
	// American spelling.
	`behaviours?`, `honours?`, `honoured`, `favours?`, `colours?`, `recogni[s]ed?`, `normali[s]ed?`,
}, "|") + `)\b`)

// allowedIdioms are the occurrences with a reason, by file and words.
var allowedIdioms = map[string]string{
	"internal/fakevantage/misbehave.go: Answer": "is the name of a function",
	"internal/language/language_test.go":        "lists the words",
}

// Pages, examples, messages and comments use standard English.
func TestLanguage_isStandardEnglish(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	eachText(t, func(file string, first int, text string) {
		for i, line := range strings.Split(text, "\n") {
			for _, words := range idioms.FindAllString(line, -1) {
				exception := file
				if allowedIdioms[exception] == "" {
					exception += ": " + words
				}
				if used[exception] = true; allowedIdioms[exception] == "" {
					t.Errorf("%s:%d: %q in %q", file, first+i, words, strings.TrimSpace(line))
				}
			}
		}
	})
	for exception := range allowedIdioms {
		if !used[exception] {
			t.Errorf("the exception %q is not needed", exception)
		}
	}
}

// eachText calls check with all pages and examples, and with the comments and strings of the Go code. The number is
// that of the first line.
func eachText(t *testing.T, check func(file string, first int, text string)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		file := filepath.ToSlash(strings.TrimPrefix(path, filepath.Join("..", "..")+string(filepath.Separator)))
		switch extension := filepath.Ext(file); {
		case err != nil:
			return err
		case entry.IsDir() && (file == ".git" || file == "dist" || entry.Name() == ".terraform"):
			return filepath.SkipDir
		case entry.IsDir():
		case extension == ".go":
			eachGoText(t, path, func(first int, text string) { check(file, first, text) })
		case strings.Contains(".md .tmpl .tf .hcl .sh .yml", extension) && extension != "", file == "GNUmakefile":
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			check(file, 1, string(text))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// eachGoText calls check with the comments and strings of a Go file.
func eachGoText(t *testing.T, path string, check func(first int, text string)) {
	t.Helper()
	positions := token.NewFileSet()
	parsed, err := parser.ParseFile(positions, path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			check(positions.Position(literal.Pos()).Line, literal.Value)
		}
		return true
	})
	for _, group := range parsed.Comments {
		for _, comment := range group.List {
			check(positions.Position(comment.Pos()).Line, comment.Text)
		}
	}
}
