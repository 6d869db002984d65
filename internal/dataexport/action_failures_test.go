package dataexport_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestActionFailsBeforeThereAreFiles(t *testing.T) {
	t.Parallel()
	const failed = `{"status":"failed","errors":["no such metric"]}`
	for name, test := range map[string]struct {
		options fakevantage.Options
		config  map[string]any
		stop    time.Duration
		took    time.Duration // default: until it is stopped
		says    []string
	}{
		"refused": {
			options: fakevantage.Options{Reports: []string{"rprt_2"}},
			says:    []string{"404 Not Found", "CostReport rprt_1 not found", "Check cost_report_token"},
		},
		"failed": {
			options: fakevantage.Options{Misbehave: get(fakevantage.Answer(200, failed))},
			says:    []string{"could not make the export", "no such metric", `"failed"`, "dta_xprt_"},
		},
		"timed out": {
			options: fakevantage.Options{ReadyAfter: time.Hour},
			says:    []string{"ran out after 30m0s", "dta_xprt_", "is still running", "vantage_data_export", "`invoke`"},
		},
		"own timeout": {
			options: fakevantage.Options{ReadyAfter: time.Hour},
			config:  map[string]any{"cost_report_token": "r", "timeouts": map[string]any{"invoke": "5m"}},
			says:    []string{"ran out after 5m0s"},
		},
		"interrupted before the answer": {
			options: fakevantage.Options{ReadyAfter: time.Hour, Latency: time.Second},
			stop:    500 * time.Millisecond,
			took:    time.Second,
			says:    []string{"Export: dta_xprt_", "is still running"},
		},
		"interrupted": {
			options: fakevantage.Options{ReadyAfter: time.Hour},
			stop:    time.Minute,
			says:    []string{"Interrupted after 1m0s", "Export: dta_xprt_", "is still running", "vantage_data_export"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, test.options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				if test.stop > 0 {
					time.AfterFunc(test.stop, p.Stop)
				}
				config, start, directory := test.config, time.Now(), t.TempDir()
				if config == nil {
					config = withDirectory(directory)
				}
				told := p.Invoke(t.Context(), config)
				wantWords(t, told.Errors(), append(test.says, "Could not create unit cost export")...)
				if took := time.Since(start); test.stop > 0 && took != max(test.stop, test.took) {
					t.Errorf("ended after %s", took)
				}
				if test.took > 0 && len(told.Lines) > 0 {
					t.Errorf("told %v after the end of the invocation", told.Lines)
				}
				if n := wantNoSecrets(t, told, fake); n != 0 {
					t.Errorf("%d files were asked for", n)
				}
				wantFiles(t, directory)
			})
		})
	}
}

func TestActionSaysWhatWasWritten(t *testing.T) {
	t.Parallel()
	const first, second = "unit_costs-001.csv (1.0 kB)", "unit_costs-002.csv"
	for name, test := range map[string]struct {
		trouble http.HandlerFunc // what the server answers for the second file; nil: a directory has its name
		stop    time.Duration
		took    time.Duration
		says    []string
	}{
		"expired": {
			trouble: later(403),
			took:    2 * time.Second,
			says: []string{
				"The server of " + second + " answers with 403 Forbidden, and the API has no URL that it takes",
				first,
			},
		},
		"gone": {
			trouble: later(404),
			took:    2 * time.Second,
			says:    []string{"The server of " + second + " answers with 404 Not Found", first},
		},
		"redirect to http": {
			trouble: fakevantage.Redirect("http://files.example"),
			says:    []string{second + " cannot be downloaded", "redirects to a URL that is not one of https"},
		},
		"timed out": {
			trouble: fakevantage.Hang,
			took:    30 * time.Minute,
			says: []string{
				"time allowed ran out before " + second + " was there in full",
				"The last failure before: unreachable: nothing came for 30s",
				first,
				"`invoke`",
			},
		},
		"interrupted": {
			trouble: fakevantage.Hang,
			stop:    10 * time.Second,
			took:    10 * time.Second,
			says:    []string{"Interrupted before " + second + " was there in full", first},
		},
		"no name for it": {says: []string{second + " could not be written to", "nothing else has the name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{RetryAfter: "0", Files: 2, FileSize: 1000, Misbehave: onFile(2, test.trouble)}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				directory, start := t.TempDir(), time.Now()
				if test.trouble == nil {
					if err := os.MkdirAll(filepath.Join(directory, second, "mine"), 0o700); err != nil {
						t.Fatal(err)
					}
				}
				if test.stop > 0 {
					time.AfterFunc(test.stop, p.Stop)
				}
				told := p.Invoke(t.Context(), withDirectory(directory))
				wantWords(t, told.Errors(), append(test.says, "Could not download unit cost export", "The export dta_xprt_",
					"is completed and valid until", `token = "dta_xprt_`)...)
				if took := time.Since(start); took != test.took {
					t.Errorf("took %s", took)
				}
				there := filesIn(t, directory)
				if test.trouble == nil {
					there = slices.DeleteFunc(there, func(name string) bool { return name == second })
				}
				saysFirst := strings.Contains(told.Errors()[0], "Already in "+directory+", in full: "+first)
				if len(there) > 1 || saysFirst != (len(there) == 1) {
					t.Errorf("there are %v, and it says %v", there, told.Errors())
				}
				wantNoSecrets(t, told, fake)
			})
		})
	}
}
