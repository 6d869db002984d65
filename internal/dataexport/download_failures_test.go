package dataexport_test

import (
	"fmt"
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

func TestAction_failsBeforeTheDownload(t *testing.T) {
	t.Parallel()
	const failed = `{"status":"failed","errors":["no such metric"]}`
	for name, test := range map[string]struct {
		options fakevantage.Options
		stop    time.Duration
		took    time.Duration // defaults to stop
		says    []string
	}{
		"rejected": {
			options: fakevantage.Options{Reports: []string{"rprt_2"}},
			says:    []string{"404 Not Found", "CostReport rprt_1 not found", "Check cost_report_token"},
		},
		"failed": {
			options: fakevantage.Options{Misbehave: get(fakevantage.Answer(200, failed))},
			says:    []string{"could not complete the export", "no such metric", `"failed"`, "dta_xprt_"},
		},
		"timed out": {
			options: fakevantage.Options{ReadyAfter: time.Hour},
			says:    []string{"The operation timed out after", "is still running", "vantage_data_export", "`invoke`"},
		},
		"interrupted before the response": {
			options: fakevantage.Options{ReadyAfter: time.Hour, Latency: time.Second},
			stop:    500 * time.Millisecond,
			took:    time.Second,
			says:    []string{"Export: dta_xprt_", "is still running"},
		},
		"interrupted": {
			options: fakevantage.Options{ReadyAfter: time.Hour},
			stop:    50 * time.Second, // not at the same time as a line of progress
			says:    []string{"interrupted after 50s", "Export: dta_xprt_", "is still running", "vantage_data_export"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, test.options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				if test.stop > 0 {
					time.AfterFunc(test.stop, p.Stop)
				}
				start, directory := time.Now(), t.TempDir()
				told := p.Invoke(t.Context(), withDirectory(directory))
				wantWords(t, told.Errors(), append(test.says, "Could not create unit cost export")...)
				if took := time.Since(start); test.stop > 0 && took != max(test.stop, test.took) {
					t.Errorf("ended after %s", took)
				}
				if test.took > 0 && len(told.Lines) > 0 {
					t.Errorf("progress %v after the end of the invocation", told.Lines)
				}
				if n := wantNoSecrets(t, told, fake); n != 0 {
					t.Errorf("%d files were requested", n)
				}
				wantFiles(t, directory)
			})
		})
	}
}

func TestDownloads_reportCompleteFiles(t *testing.T) {
	t.Parallel()
	const second, one = "unit_costs-002.csv", ": 1 of 2."
	for name, test := range map[string]struct {
		response http.HandlerFunc // for the second file; nil: a directory has its name
		stop     time.Duration
		took     time.Duration
		says     []string
	}{
		"rejected": {
			response: later(403),
			took:     2 * time.Second,
			says:     []string{"rejected the request for " + second + " with 403 Forbidden", "network and the proxy", one},
		},
		"redirect to http": {
			response: fakevantage.Redirect("http://files.example"),
			took:     time.Minute,
			says:     []string{second + " cannot be downloaded", "redirects too often, or to a URL that does not start"},
		},
		"timed out": {
			response: fakevantage.Hang,
			took:     30 * time.Minute,
			says: []string{
				"The timeout ended before " + second + " was complete", "last failure: unreachable: no data for 30s", one,
				"`timeout` of the provider",
			},
		},
		"unavailable": {
			response: fakevantage.HTML(503),
			took:     30 * time.Minute,
			says:     []string{"was complete: timed out after", "last failure: 503 Service Unavailable", "longer `invoke`"},
		},
		"web page": {
			response: fakevantage.HTML(200),
			took:     time.Minute,
			says:     []string{second + " cannot be downloaded: 200 OK (text/html): the response is a web page", one},
		},
		"code of the object store": {
			response: fakevantage.Answer(405, "<Error><Code>MethodNotAllowed</Code></Error>"),
			says:     []string{"with 405 Method Not Allowed; MethodNotAllowed."},
		},
		"interrupted": {
			response: fakevantage.Hang,
			stop:     10 * time.Second,
			took:     10 * time.Second,
			says:     []string{"interrupted before " + second + " was complete", one},
		},
		"directory of the name": {says: []string{second + " cannot be written to", "no directory has the name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{RetryAfter: "0", Files: 2, FileSize: 1000, Misbehave: onFile(2, test.response)}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				directory, start := t.TempDir(), time.Now()
				if test.response == nil {
					if err := os.MkdirAll(filepath.Join(directory, second, "mine"), 0o700); err != nil {
						t.Fatal(err)
					}
				}
				if test.stop > 0 {
					time.AfterFunc(test.stop, p.Stop)
				}
				told := p.Invoke(t.Context(), withDirectory(directory))
				wantWords(t, told.Errors(), append(test.says, "Could not download unit cost export", "The export dta_xprt_",
					"is completed and valid until", "vantage_data_export_download")...)
				took, length := time.Since(start), len(told.Errors()[0])
				if took < test.took || took > test.took+time.Second || length > 700 {
					t.Errorf("took %s, %d characters", took, length)
				}
				found := filesIn(t, directory)
				if test.response == nil {
					wantFiles(t, filepath.Join(directory, second), "mine")
					found = slices.DeleteFunc(found, func(name string) bool { return name == second })
				}
				wantWords(t, told.Errors(), fmt.Sprintf("Complete files in %s: %d of 2.", directory, len(found)))
				wantNoSecrets(t, told, fake)
			})
		})
	}
}

func TestDownloads_reportRetries(t *testing.T) {
	t.Parallel()
	expired := func(r fakevantage.Request) bool { return isFile(r) && strings.Contains(r.Query, "X-Nonce=1&") }
	for name, test := range map[string]struct {
		misbehave func(fakevantage.Request) http.HandlerFunc
		line      string
		gets      int
	}{
		"after a delay": {
			onFirstOfFiles(fakevantage.Answer(503, "", "Retry-After: 15")),
			`The download of unit_costs-001\.csv failed after 0 B \(503 Service Unavailable\)\. ` +
				`The next attempt is in 15s\.`, 1,
		},
		"with fresh URLs": {
			misbehaving(fakevantage.HTML(403), expired),
			`The pre-signed URL of unit_costs-001\.csv was rejected \(403 Forbidden\)\. ` +
				`Requesting fresh URLs of all files\.`, 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{RetryAfter: "0", SignEachGET: true, Misbehave: test.misbehave}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				told := p.Invoke(t.Context(), withDirectory(t.TempDir()))
				wantLines(t, told.Lines, ".*accepted.*", ".*completed.*", test.line,
					`Downloaded unit_costs-001\.csv .*`, "Downloaded 1 file of .*")
				acctest.WantRequests(t, fake, 1, test.gets)
			})
		})
	}
}

// The URLs expire while the files are downloaded, and the fresh URLs have expired as well.
func TestDownloads_reportExpiryDuringTheDownload(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{RetryAfter: "0", Files: 8, ValidFor: 25 * time.Second}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		slow := func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(20 * time.Second)
			fake.CutFile(1<<20)(w, r)
		}
		fake.Change(func(o *fakevantage.Options) { o.Misbehave = misbehaving(slow, isFile) })
		directory := t.TempDir()
		told := p.Invoke(t.Context(), withDirectory(directory))
		wantWords(t, told.Errors(), "Could not download unit cost export", "expired at 2000-01-01T00:00:25Z",
			"terraform apply -invoke")
		if found := filesIn(t, directory); len(found) != 4 {
			t.Errorf("found %v", found)
		}
		acctest.WantRequests(t, fake, 1, 2)
	})
}
