// Command verifyaccount compares what the provider assumes of the API with what the API does to a real account. It
// makes one export of each kind that the account allows, follows and downloads it, and prints a table that has no
// token, report or URL in it:
//
//	make verify-account
//
// The exports cost nothing and expire by themselves; the files are removed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/vantage"
)

const usage = `set these in the environment:
  VANTAGE_API_TOKEN           with the scope read
  VANTAGE_COST_REPORT_TOKEN   a cost report whose unit costs can be exported
  VANTAGE_KUBERNETES_REPORT_TOKEN  when the workspace has no default Kubernetes efficiency report
  VANTAGE_WORKSPACE_TOKEN     when the API token sees several workspaces
  VANTAGE_HOST                when it is not ` + vantage.DefaultHost

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Getenv, kinds(os.Getenv), http.DefaultTransport, os.Stdout, log.New(os.Stderr, "", 0))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the table to out, and what it is doing to progress. It fails where the account cannot be asked at all, not
// where an answer differs from what is assumed.
func run(
	ctx context.Context,
	env func(string) string,
	kinds []kind,
	network http.RoundTripper,
	out io.Writer,
	progress *log.Logger,
) error {
	if env("VANTAGE_API_TOKEN") == "" || env("VANTAGE_COST_REPORT_TOKEN") == "" {
		return errors.New(usage)
	}
	directory, err := os.MkdirTemp("", "vantage-verify-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	for _, k := range kinds {
		seen := &observer{network: network}
		client, err := vantage.New(vantage.Options{
			APIToken:       env("VANTAGE_API_TOKEN"),
			Host:           env("VANTAGE_HOST"),
			WorkspaceToken: env("VANTAGE_WORKSPACE_TOKEN"),
			UserAgent:      "terraform-provider-vantage-verify-account",
			Transport:      seen,
		})
		if err != nil {
			return err
		}
		progress.Printf("%s: asking for an export", k.name)
		outcome := follow(ctx, k, client, directory, progress)
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if err := report(out, k, outcome, seen.exchanges()); err != nil {
			return err
		}
	}
	_, err = fmt.Fprint(out, legend)
	return err
}

// patience is how long one export may take.
const patience = time.Hour

// follow makes an export, waits for it, downloads its files, and asks for it once more. It returns in a few words how
// that went.
func follow(ctx context.Context, k kind, client *vantage.Client, directory string, progress *log.Logger) string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	export, err := client.CreateDataExport(ctx, k.request)
	if err != nil {
		return "not made: " + inShort(err)
	}
	export, err = client.WaitForDataExport(ctx, export, func(p vantage.Progress) {
		progress.Printf("%s: waiting for %s", k.name, p.Delay.Round(time.Second))
	})
	if err != nil {
		return "made, and not completed: " + inShort(err)
	}
	progress.Printf("%s: downloading", k.name)
	options := exportfile.Options{Directory: directory, OnProgress: func(exportfile.File, *vantage.Error, time.Duration) {}}
	if _, err := exportfile.Download(ctx, client, export, options); err != nil {
		return "completed, and not downloaded: " + inShort(err)
	}
	if _, err := client.GetDataExport(ctx, export); err != nil {
		return "downloaded, and then not found: " + inShort(err)
	}
	return "made, followed and downloaded"
}

// inShort says what went wrong without the server's words, which may name a token or a report.
func inShort(err error) string {
	var e *vantage.Error
	switch {
	case !errors.As(err, &e):
		return "for a reason that is not shown here"
	case e.Kind == vantage.Rejected:
		return fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	}
	return string(e.Kind)
}
