package provider_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Each summary of a diagnostic has an entry in the guide on troubleshooting, and each entry has a summary. An entry has
// a placeholder such as <export type> for what the code inserts.
func TestTroubleshooting_hasEachSummary(t *testing.T) {
	t.Parallel()
	var entries []string
	for line := range strings.Lines(read(t, "../../templates/guides/troubleshooting.md")) {
		if strings.HasPrefix(line, "- **") {
			for _, entry := range regexp.MustCompile(`\*\*(.+?)\*\*`).FindAllStringSubmatch(line, -1) {
				entries = append(entries, strings.ReplaceAll(entry[1], "`", ""))
			}
		}
	}
	patterns := summaries(t)
	for pattern, places := range patterns {
		if !slices.ContainsFunc(entries, matches(pattern)) {
			t.Errorf("the guide has no entry for %s, the summary in %s", pattern, strings.Join(places, ", "))
		}
	}
	for _, entry := range entries {
		ofEntry := func(pattern string) bool { return matches(pattern)(entry) }
		if !slices.ContainsFunc(slices.Collect(maps.Keys(patterns)), ofEntry) {
			t.Errorf("no diagnostic has the summary %q of the guide", entry)
		}
	}
	if len(entries) == 0 || len(patterns) < 10 {
		t.Errorf("%d entries, %d summaries", len(entries), len(patterns))
	}
}

func matches(pattern string) func(string) bool {
	return regexp.MustCompile("^" + pattern + "$").MatchString
}

// summaryArgument is the index of the summary among the arguments of a function that creates a diagnostic.
var summaryArgument = map[string]int{
	"NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0, "AddError": 0, "AddWarning": 0,
	"NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1, "AddAttributeError": 1, "AddAttributeWarning": 1,
}

// summaries returns a pattern for each summary in the product, with the places that use it.
func summaries(t *testing.T) map[string][]string {
	t.Helper()
	patterns, positions := map[string][]string{}, token.NewFileSet()
	for directory, files := range productFiles(t, positions) {
		resolver := newResolver(files)
		for _, file := range files {
			ast.Inspect(file, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok {
					return true
				}
				index, ok := summaryArgument[calledName(call)]
				if !ok || len(call.Args) <= index {
					return true
				}
				place := positions.Position(call.Pos()).String()
				found := resolver.patterns(call.Args[index])
				if _, passedOn := call.Args[index].(*ast.Ident); len(found) == 0 && !passedOn {
					t.Errorf("%s: the summary in %s cannot be determined", place, directory)
				}
				for _, pattern := range found {
					patterns[pattern] = append(patterns[pattern], place)
				}
				return true
			})
		}
	}
	return patterns
}

// productFiles parses the Go files of the product by directory.
func productFiles(t *testing.T, positions *token.FileSet) map[string][]*ast.File {
	t.Helper()
	files := map[string][]*ast.File{}
	for _, pattern := range []string{"../*/*.go", "../*/*/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(filepath.ToSlash(path), "../acctest/") {
				continue
			}
			file, err := parser.ParseFile(positions, path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Dir(path)] = append(files[filepath.Dir(path)], file)
		}
	}
	return files
}

// resolver finds the text of expressions in a package.
type resolver struct {
	constants map[string]ast.Expr   // values by name
	results   map[string]ast.Expr   // what functions with one statement return
	fields    map[string][]ast.Expr // values of struct literals by field
}

func newResolver(files []*ast.File) resolver {
	r := resolver{map[string]ast.Expr{}, map[string]ast.Expr{}, map[string][]ast.Expr{}}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.ValueSpec:
				for i, value := range node.Values {
					r.constants[node.Names[i].Name] = value
				}
			case *ast.FuncDecl:
				if node.Body == nil || len(node.Body.List) != 1 {
					return true
				}
				if result, ok := node.Body.List[0].(*ast.ReturnStmt); ok && len(result.Results) == 1 {
					r.results[node.Name.Name] = result.Results[0]
				}
			case *ast.KeyValueExpr:
				if field, ok := node.Key.(*ast.Ident); ok {
					r.fields[field.Name] = append(r.fields[field.Name], node.Value)
				}
			}
			return true
		})
	}
	return r
}

// patterns returns a regular expression for each value that an expression can have, none if that is unknown. Inserted
// values match any text.
func (r resolver) patterns(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil {
			return []string{regexp.QuoteMeta(text)}
		}
	case *ast.BinaryExpr:
		return []string{r.part(e.X) + r.part(e.Y)}
	case *ast.Ident:
		if value, ok := r.constants[e.Name]; ok {
			return r.patterns(value)
		}
	case *ast.CallExpr:
		if calledName(e) == "Sprintf" {
			return []string{regexp.MustCompile(`%[a-z]`).ReplaceAllString(r.part(e.Args[0]), ".+")}
		}
		if result, ok := r.results[calledName(e)]; ok {
			return r.patterns(result)
		}
	case *ast.SelectorExpr:
		var all []string
		for _, value := range r.fields[e.Sel.Name] {
			all = append(all, r.patterns(value)...)
		}
		return all
	}
	return nil
}

// part returns a pattern for a part of a text.
func (r resolver) part(e ast.Expr) string {
	switch e.(type) {
	case *ast.BasicLit, *ast.BinaryExpr:
		return r.patterns(e)[0]
	}
	return ".+"
}

func calledName(call *ast.CallExpr) string {
	switch function := call.Fun.(type) {
	case *ast.Ident:
		return function.Name
	case *ast.SelectorExpr:
		return function.Sel.Name
	}
	return ""
}
