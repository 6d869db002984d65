// Package lifecycle plays random lifecycles of resources: it calls the provider as Terraform core does, in virtual
// time, and checks after each call what core and the documentation promise.
package lifecycle_test

import (
	"context"
	"errors"
	"expvar"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"pgregory.net/rapid"

	"terraform-provider-vantage/internal/acctest"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(800) // saves a third of the time
	acctest.Main(m)
}

var schemas = sync.OnceValue(func() *tfprotov6.GetProviderSchemaResponse {
	server := must(acctest.Configured(context.Background(), nil))
	return must(server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{}))
})

// counts are the numbers of lifecycles, applies, saved plans, imports, interrupts and faults.
var counts expvar.Map

// TestLifecycles plays as many lifecycles as -rapid.checks says. Each is drawn as a script before it is played, because
// rapid cannot draw inside a bubble.
func TestLifecycles(t *testing.T) {
	t.Parallel()
	schemas()
	directory := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		if err := play(t, scripts().Draw(rt, "script"), directory); err != nil {
			rt.Fatal(err)
		}
	})
	t.Log(counts.String())
}

// replayed is the file of a script to play and trace.
var replayed = os.Getenv("SCRIPT")

// TestScripts plays the scripts in testdata, which failed once.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/*.txt")
	if replayed != "" {
		files = []string{replayed}
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			lines, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := play(t, strings.Split(strings.TrimSpace(string(lines)), "\n"), t.TempDir()); err != nil {
				t.Error(err)
			}
		})
	}
}

// trace prints what happens in a script that is replayed.
func (w *world) trace(format string, args ...any) {
	if replayed != "" {
		fmt.Printf(format+"\n", args...)
	}
}

// play plays a lifecycle and returns what it violates.
func play(t *testing.T, lifecycle script, directory string) error {
	t.Helper()
	line := ""
	err := inBubble(t, func() {
		w := newWorld(directory)
		for _, line = range lifecycle {
			w.run(line)
		}
		line = "the end"
		w.finish()
		counts.Add("lifecycles", 1)
	})
	if err != nil {
		return fmt.Errorf("%q: %w\nin the lifecycle%s", line, err, lifecycle)
	}
	return nil
}

// inBubble runs a function in virtual time and returns its violation or panic.
func inBubble(t *testing.T, f func()) (failure error) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		defer func() {
			switch reason := recover().(type) {
			case nil:
			case violation:
				failure = errors.New(string(reason))
			default:
				failure = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
			}
		}()
		f()
	})
	return failure
}
