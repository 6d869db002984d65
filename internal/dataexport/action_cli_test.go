package dataexport_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const monthly = `
action "vantage_unit_cost_export" "monthly" {
  config {
    cost_report_token = "rprt_1"
    directory         = "exports/march"
  }
}
`

const invokeMonthly = "-invoke=action.vantage_unit_cost_export.monthly"

func TestActionIsInvokedByTheCLI(t *testing.T) {
	t.Parallel()
	needsActions(t)
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 1, RetryAfter: "1", Files: 2})
	cli := acctest.NewCLI(t, api, monthly)
	logFile := filepath.Join(t.TempDir(), "trace.log")
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("TF_LOG_PATH", logFile)
	out := cli.MustRun("apply", "-auto-approve", "-no-color", invokeMonthly)
	directory := filepath.Join(cli.Dir, "exports", "march")
	for _, words := range []string{"The API has accepted the export dta_xprt_", "unit_costs-001.csv has arrived " +
		"(", "unit_costs-002.csv has arrived (", "Downloaded 2 files", "Actions: 1 invoked"} {
		if !strings.Contains(out, words) {
			t.Errorf("it does not say %q: %s", words, out)
		}
	}
	if there := filesIn(t, directory); !slices.Equal(there, []string{"unit_costs-001.csv", "unit_costs-002.csv"}) {
		t.Errorf("there are %v", there)
	}
	log, err := os.ReadFile(logFile)
	if err != nil || !strings.Contains(string(log), "file request answered") {
		t.Errorf("the log does not tell of the files, %v", err)
	}
	for _, text := range []string{out, string(log)} {
		if strings.Contains(text, acctest.APIToken) || strings.Contains(text, "X-Signature=") {
			t.Error("the API token or a signature is shown")
		}
	}
	api.WantRequests(t, 1, 2)
}

func TestActionIsTriggeredByAResource(t *testing.T) {
	t.Parallel()
	needsActions(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	// The directory is known only after the apply of what triggers it.
	cli := acctest.NewCLI(
		t,
		api,
		strings.Replace(monthly, `"exports/march"`, `"exports/${terraform_data.month.output}"`, 1)+`
resource "terraform_data" "month" {
  input = "april"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vantage_unit_cost_export.monthly]
    }
  }
}
`,
	)
	cli.MustRun("apply", "-auto-approve", "-no-color")
	if there := filesIn(
		t,
		filepath.Join(cli.Dir, "exports", "april"),
	); !slices.Equal(
		there,
		[]string{"unit_costs-001.csv"},
	) {
		t.Errorf("there are %v", there)
	}
	if out, ok := cli.Run("plan", "-no-color", "-detailed-exitcode"); !ok || api.Posts() != 1 {
		t.Errorf("%d exports were made, and the plan is not empty: %s", api.Posts(), out)
	}
}

func TestActionExample(t *testing.T) {
	t.Parallel()
	needsActions(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLIFrom(t, api, "examples/actions/vantage_unit_cost_export")
	cli.MustRun("apply", "-auto-approve", "-no-color")
	cli.MustRun("apply", "-auto-approve", "-no-color", invokeMonthly)
	if there := filesIn(t, filepath.Join(cli.Dir, "exports", "2025-03")); len(there) != 1 || api.Posts() != 2 {
		t.Errorf("%d exports were made, there are %v", api.Posts(), there)
	}
}

func TestActionFailsInTheCLI(t *testing.T) {
	t.Parallel()
	needsActions(t)
	api := acctest.Start(
		t,
		fakevantage.Options{RetryAfter: "0", Files: 2, Misbehave: onFile(2, later(http.StatusForbidden))},
	)
	cli := acctest.NewCLI(t, api, monthly)
	out, ok := cli.Run("apply", "-auto-approve", "-no-color", invokeMonthly)
	says := acctest.Loose(
		`Could not download unit cost export: The server of unit_costs-002.csv answers with 403 Forbidden.*` +
			`Already in .* in full: unit_costs-001.csv .*The export dta_xprt_\w+ is completed`,
	)
	if ok || !regexp.MustCompile("(?s)"+says).MatchString(out) {
		t.Errorf("it says %s", out)
	}
	if there := filesIn(
		t,
		filepath.Join(cli.Dir, "exports", "march"),
	); !slices.Equal(
		there,
		[]string{"unit_costs-001.csv"},
	) {
		t.Errorf("there are %v", there)
	}
}

func TestCtrlCDuringADownloadLeavesNoHalfFile(t *testing.T) {
	t.Parallel()
	needsActions(t)
	api := acctest.Start(
		t,
		fakevantage.Options{
			RetryAfter: "0",
			Files:      2,
			FileSize:   1 << 20,
			Misbehave: onFile(2, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "1000")
				_, _ = w.Write([]byte("half"))
				_ = http.NewResponseController(w).Flush()
				fakevantage.Hang(w, r)
			}),
		},
	)
	cli := acctest.NewCLI(t, api, monthly)
	run := cli.Start("apply", "-auto-approve", "-no-color", invokeMonthly)
	directory := filepath.Join(cli.Dir, "exports", "march")
	when(t, api, func() bool {
		there, err := filepath.Glob(filepath.Join(directory, "*-001.csv"))
		return err == nil && len(there) == 1 && api.Count(http.MethodGet, "/files/") == 2
	})
	time.Sleep(500 * time.Millisecond) // the line follows the file
	start := time.Now()
	run.Interrupt()
	out, ok := run.Wait()
	if took := time.Since(start); ok || took > 3*time.Second {
		t.Errorf("succeeded: %v, and took %s to end", ok, took)
	}
	if there := filesIn(t, directory); !slices.Equal(there, []string{"unit_costs-001.csv"}) {
		t.Errorf("there are %v", there)
	}
	for _, words := range []string{"The API has accepted the export dta_xprt_", "unit_costs-001.csv has arrived (1.0 " +
		"MB)", "Could not download unit cost export", "Interrupted before unit_costs-002.csv"} {
		if !strings.Contains(out, words) {
			t.Errorf("it does not say %q: %s", words, out)
		}
	}
}
