package dataexport_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const invokeMonthly = "-invoke=action.vantage_unit_cost_export.monthly"

func TestActionIsInvokedByTheCLI(t *testing.T) {
	t.Parallel()
	needsActions(t)
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 1, RetryAfter: "1", Files: 2})
	cli := acctest.NewCLI(t, api, acctest.Testdata(t, "monthly.tf"))
	logFile := traced(t, cli)
	out := cli.MustRun("apply", "-auto-approve", "-no-color", invokeMonthly)
	wantSaid(t, out, "The API has accepted the export dta_xprt_", "Downloaded unit_costs-001.csv (",
		"Downloaded unit_costs-002.csv (", "Downloaded 2 files", "Actions: 1 invoked")
	wantFiles(t, filepath.Join(cli.Dir, "exports", "march"), "unit_costs-001.csv", "unit_costs-002.csv")
	log := acctest.Contents(t, logFile)
	wantSaid(t, log, "received response from file server")
	for _, text := range []string{out, log} {
		if strings.Contains(text, acctest.APIToken) || strings.Contains(text, "X-Signature=") {
			t.Error("the API token or a signature is shown")
		}
	}
	api.WantRequests(t, 1, 2)
}

func TestCtrlCDuringADownloadLeavesNoHalfFile(t *testing.T) {
	t.Parallel()
	needsActions(t)
	hangsHalfway := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("half"))
		_ = http.NewResponseController(w).Flush()
		fakevantage.Hang(w, r)
	}
	api := acctest.Start(t, fakevantage.Options{
		RetryAfter: "0", Files: 2, FileSize: 1 << 20, Misbehave: onFile(2, hangsHalfway),
	})
	cli := acctest.NewCLI(t, api, acctest.Testdata(t, "monthly.tf"))
	run := cli.Start("apply", "-auto-approve", "-no-color", invokeMonthly)
	directory := filepath.Join(cli.Dir, "exports", "march")
	acctest.Eventually(t, "the second file is requested", func() bool {
		there, err := filepath.Glob(filepath.Join(directory, "*-001.csv"))
		return err == nil && len(there) == 1 && api.Count(http.MethodGet, "/files/") == 2
	})
	run.Interrupt()
	out, ok := run.Wait()
	if ok {
		t.Error("the apply succeeds")
	}
	wantFiles(t, directory, "unit_costs-001.csv")
	wantSaid(t, out, "The API has accepted the export dta_xprt_", "Could not download unit cost export",
		"interrupted before unit_costs-002.csv")
}
