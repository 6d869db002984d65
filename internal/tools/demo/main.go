// Command demo runs the provider without an account: it builds the provider, starts a fake of the Vantage API, and has
// Terraform apply and destroy examples/quickstart against it.
//
//	make demo
//
// The environment variable TF_CLI selects another program, such as tofu. Other TF_ and VANTAGE_ variables are ignored.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"terraform-provider-vantage/internal/mirror"
)

func main() {
	// SIGPIPE too, so that the demo cleans up when "| head" closes its output.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	err := demo(ctx)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case interrupted:
		fmt.Fprintln(os.Stderr, "\nThe demo was interrupted. Nothing is left running.")
		os.Exit(130)
	case err != nil:
		fmt.Fprintf(os.Stderr, "\nThe demo failed: %v\n", err)
		os.Exit(1)
	}
}

func demo(ctx context.Context) (err error) {
	began := time.Now()
	program, err := findCLI()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "vantage-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	say("Building the provider")
	root, err := mirror.Root(ctx)
	if err != nil {
		return err
	}
	plugins := filepath.Join(dir, "mirror")
	build, err := mirror.BuildCommand(ctx, root, plugins)
	if err != nil {
		return err
	}
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := run(build); err != nil {
		return err
	}
	env, err := mirror.Environment(plugins)
	if err != nil {
		return err
	}
	module := filepath.Join(dir, "quickstart")
	if err := mirror.CopyModule(filepath.Join(root, "examples", "quickstart"), module); err != nil {
		return err
	}
	api, err := startAPI(ctx)
	if err != nil {
		return err
	}
	defer api.close()
	say("A fake of the Vantage API listens on %s; requests are shown as\n%sMETHOD path -> status", api.address, apiPrefix)

	tf := &cli{program: program, dir: module, env: append(env,
		"VANTAGE_HOST="+api.address,
		"VANTAGE_API_TOKEN="+apiToken,
		"TF_VAR_cost_report_token="+costReportToken,
		"TF_VAR_start_date=2025-03-01",
		"TF_VAR_end_date=2025-03-31",
	)}
	// Without it, init warns that the lock file is for this platform only.
	if _, err := tf.read(ctx, "providers", "lock", "-fs-mirror="+plugins); err != nil {
		return err
	}
	if err := lifecycle(ctx, tf); err != nil {
		return err
	}
	say("Done in %s; nothing is left behind. Requests: %d to create an export, %d to poll it.",
		time.Since(began).Round(time.Second), api.fake.Posts(), api.fake.Gets())
	return nil
}

// lifecycle applies the module, reads the export's file, and destroys what was applied.
func lifecycle(ctx context.Context, tf *cli) error {
	if err := tf.run(ctx, "init", "-input=false"); err != nil {
		return err
	}
	if err := tf.run(ctx, "apply", "-input=false", "-auto-approve"); err != nil {
		return err
	}
	if err := tf.run(ctx, "output"); err != nil {
		return err
	}
	output, err := tf.read(ctx, "output", "-json", "files")
	if err != nil {
		return err
	}
	var files []string
	if err := json.Unmarshal(output, &files); err != nil {
		return fmt.Errorf("reading the output files: %w", err)
	}
	if len(files) == 0 {
		return errors.New("the export has no files")
	}
	say("The file %s", files[0])
	content, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	const shown = 4
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	fmt.Printf("%s\n(%d more lines)\n", strings.Join(lines[:min(shown, len(lines))], "\n"), max(0, len(lines)-shown))

	return tf.run(ctx, "destroy", "-input=false", "-auto-approve")
}

// say announces the next step.
func say(format string, a ...any) { fmt.Printf("\n==> "+format+"\n", a...) }
