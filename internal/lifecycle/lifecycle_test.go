// Package lifecycle plays random lifecycles of resources: it calls the provider as Terraform core does, in virtual
// time, and checks after each call what core and the documentation promise.
package lifecycle_test

import (
	"context"
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
		if err := play(t, lifecycle, directory, counts, nil); err != nil {
			rt.Fatalf("%v\nin the lifecycle%s", err, lifecycle)
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
			trace := func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
			if os.Getenv("SCRIPT") == "" {
				trace = nil
			}
			if err := play(t, lifecycle, t.TempDir(), map[string]int{}, trace); err != nil {
				t.Errorf("%v\nin the lifecycle%s", err, lifecycle)
			}
		})
	}
}

// play plays a lifecycle in a bubble of virtual time and returns what it violates.
func play(
	t *testing.T, lifecycle script, directory string, counts map[string]int, trace func(string, ...any),
) (failure error) {
	synctest.Test(t, func(*testing.T) {
		line := ""
		defer func() {
			switch reason := recover().(type) {
			case nil:
			case violation:
				failure = fmt.Errorf("%q: %s", line, reason)
			default:
				failure = fmt.Errorf("%q: panic: %v\n%s", line, reason, debug.Stack())
			}
		}()
		w := newWorld(directory, counts, trace)
		for _, line = range lifecycle {
			w.trace("%s", line)
			w.run(line)
		}
		line = "the end"
		w.finish()
		counts["lifecycles"]++
	})
	return failure
}
