// Package lifecycle plays random lifecycles of resources: it calls the provider as Terraform core does, in virtual
// time, and checks after each call what core and the documentation promise.
package lifecycle_test

import (
	"context"
	"errors"
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
	server, err := acctest.Configured(context.Background(), nil)
	if err != nil {
		panic(err)
	}
	schemas, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		panic(err)
	}
	return schemas
})

// TestLifecycles plays as many lifecycles as -rapid.checks says. Each is drawn as a script before it is played, because
// rapid cannot draw inside a bubble.
func TestLifecycles(t *testing.T) {
	t.Parallel()
	schemas()
	counts := map[string]int{}
	directory := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		lifecycle := scripts().Draw(rt, "script")
		if err := play(t, lifecycle, directory, counts, quiet); err != nil {
			rt.Fatal(err)
		}
	})
	t.Log(counts)
}

// TestScripts plays the scripts in testdata, which failed once.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/*.txt")
	if one := os.Getenv("SCRIPT"); one != "" {
		files = []string{one}
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			lines, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lifecycle := script(strings.Split(strings.TrimSpace(string(lines)), "\n"))
			trace := quiet
			if os.Getenv("SCRIPT") != "" {
				trace = func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
			}
			if err := play(t, lifecycle, t.TempDir(), map[string]int{}, trace); err != nil {
				t.Error(err)
			}
		})
	}
}

func quiet(string, ...any) {}

// play plays a lifecycle and returns what it violates.
func play(
	t *testing.T, lifecycle script, directory string, counts map[string]int, trace func(string, ...any),
) error {
	t.Helper()
	line := ""
	err := inBubble(t, func() {
		w := newWorld(directory, counts, trace)
		for _, line = range lifecycle {
			w.trace("%s", line)
			w.run(line)
		}
		line = "the end"
		w.finish()
		counts["lifecycles"]++
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
