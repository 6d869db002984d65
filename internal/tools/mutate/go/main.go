// Command go wraps the Go command for the mutation tester: make mutate puts it on the PATH.
//
// The tester changes only code that coverage profiles count as run. Profiles have no blocks for the conditions of
// switch cases and for declarations outside of functions. This command adds them to each profile: conditions as run if
// their switch was, and declarations as run.
//
// GO_COMMAND is the path of the real Go command.
package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/tools/cover"
)

func main() {
	cmd := exec.Command(os.Getenv("GO_COMMAND"), os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if i := slices.Index(os.Args, "-coverprofile"); err == nil && i > 0 && i+1 < len(os.Args) {
		err = widen(os.Args[i+1])
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(max(1, exit.ExitCode()))
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// widen adds the missing blocks to a profile.
func widen(profile string) error {
	profiles, err := cover.ParseProfiles(profile)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(profile, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer out.Close()
	for _, p := range profiles {
		_, path, _ := strings.Cut(p.FileName, "/") // after the name of the module
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		add := func(from, to token.Pos, ran int) {
			first, last := files.Position(from), files.Position(to)
			fmt.Fprintf(out, "%s:%d.%d,%d.%d 0 %d\n", p.FileName, first.Line, first.Column, last.Line, last.Column, ran)
		}
		for _, declaration := range file.Decls {
			if general, ok := declaration.(*ast.GenDecl); ok {
				add(general.Pos(), general.End(), 1)
			}
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if of, ok := node.(*ast.SwitchStmt); ok {
				ran := countAt(p.Blocks, files.Position(of.Pos()))
				for _, statement := range of.Body.List {
					if clause := statement.(*ast.CaseClause); clause.List != nil {
						add(clause.Pos(), clause.Colon, ran)
					}
				}
			}
			return true
		})
	}
	return nil
}

// countAt returns how often the block at a position ran.
func countAt(blocks []cover.ProfileBlock, at token.Position) int {
	for _, b := range blocks {
		begun := b.StartLine < at.Line || b.StartLine == at.Line && b.StartCol <= at.Column
		if begun && (at.Line < b.EndLine || at.Line == b.EndLine && at.Column < b.EndCol) {
			return b.Count
		}
	}
	return 0
}
