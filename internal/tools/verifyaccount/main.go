// Command verifyaccount compares what the provider assumes about the API with the API of a real account. It creates one
// export of each export type, polls and downloads it, and prints a table without tokens, reports and URLs:
//
//	make verify-account
//
// The exports cost nothing and expire; the files are removed.
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
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

const usage = `set these environment variables:
  VANTAGE_API_TOKEN                API token with the read scope
  VANTAGE_COST_REPORT_TOKEN        token of a cost report with unit costs
  VANTAGE_KUBERNETES_REPORT_TOKEN  if the workspace has no default Kubernetes efficiency report
  VANTAGE_WORKSPACE_TOKEN          if the API token can access several workspaces
  VANTAGE_HOST                     base URL of the API; defaults to ` + vantage.DefaultHost

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Getenv, kinds(os.Getenv), http.DefaultTransport, os.Stdout, log.New(os.Stderr, "", 0))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the table to out and its steps to progress. It fails if it cannot send requests, not if a response differs
// from what is assumed.
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
		data, err := providerdata.New(vantage.Options{
			APIToken:       env("VANTAGE_API_TOKEN"),
			Host:           env("VANTAGE_HOST"),
			WorkspaceToken: env("VANTAGE_WORKSPACE_TOKEN"),
			UserAgent:      "terraform-provider-vantage-verify-account",
			Transport:      seen,
		})
		if err != nil {
			return err
		}
		progress.Printf("%s: creating an export", k.name)
		outcome := follow(ctx, k, data, directory, progress)
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

// timeout bounds the time for one export.
const timeout = time.Hour

// follow creates an export, waits for it, downloads its files, and polls it once more. It returns a summary.
func follow(ctx context.Context, k kind, data providerdata.Data, directory string, progress *log.Logger) string {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	export, err := data.Client.CreateDataExport(ctx, k.request)
	if err != nil {
		return "not created: " + inShort(err)
	}
	export, err = data.Client.WaitForDataExport(ctx, export, func(p vantage.Progress) {
		progress.Printf("%s: waiting for %s", k.name, p.Delay.Round(time.Second))
	})
	if err != nil {
		return "created, not completed: " + inShort(err)
	}
	progress.Printf("%s: downloading", k.name)
	ignore := func(exportfile.File, *vantage.Error, time.Duration) {}
	target := exportfile.Target{Directory: directory, OnProgress: ignore}
	if _, err := data.Files.Download(ctx, export, target); err != nil {
		return "completed, not downloaded: " + inShort(err)
	}
	if _, err := data.Client.GetDataExport(ctx, export); err != nil {
		return "downloaded, then not found: " + inShort(err)
	}
	return "created, polled and downloaded"
}

// inShort describes an error without the messages of the API, which may contain a token or a report.
func inShort(err error) string {
	var e *vantage.Error
	switch {
	case !errors.As(err, &e):
		return "another error"
	case e.Kind == vantage.Rejected:
		return fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	}
	return string(e.Kind)
}
