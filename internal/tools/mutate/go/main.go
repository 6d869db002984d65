// Command go stands in for the Go command while the mutation tester runs: make mutate puts it on the PATH.
//
// The tester changes what Go's coverage counts as run. That has no blocks for the conditions of a switch's cases, where
// much of what is decided here is decided, nor for what is declared outside of functions. This adds them to each profile
// that is written: the conditions as run where their switch was, the declarations as run.
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

// widen adds what coverage leaves out to a profile.
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
		_, path, _ := strings.Cut(p.FileName, "/") // behind the module's name
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

// countAt returns how often the block ran that holds a position.
func countAt(blocks []cover.ProfileBlock, at token.Position) int {
	for _, b := range blocks {
		begun := b.StartLine < at.Line || b.StartLine == at.Line && b.StartCol <= at.Column
		if begun && (at.Line < b.EndLine || at.Line == b.EndLine && at.Column < b.EndCol) {
			return b.Count
		}
	}
	return 0
}
