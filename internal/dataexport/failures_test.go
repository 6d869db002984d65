package dataexport_test

import (
	"context"
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

// operation is a call of the provider. It can use an existing export by its token, and a directory for files.
type operation struct {
	typeName string
	run      func(ctx context.Context, p *acctest.Protocol, token, directory string) acctest.Invocation
}

var (
	create = operation{unitCostExport, func(
		ctx context.Context, p *acctest.Protocol, _, _ string,
	) acctest.Invocation {
		return acctest.Invocation{State: p.Create(ctx, minimal)}
	}}
	invoke = operation{unitCostExport, func(
		ctx context.Context, p *acctest.Protocol, _, directory string,
	) acctest.Invocation {
		return p.Invoke(ctx, withDirectory(directory))
	}}
	createDownload = operation{downloadType, func(
		ctx context.Context, p *acctest.Protocol, token, directory string,
	) acctest.Invocation {
		return acctest.Invocation{State: p.Create(ctx, map[string]any{"token": token, "directory": directory})}
	}}
)

// Each operation ends with one error, after the expected requests and time.
func TestOperations_fail(t *testing.T) {
	t.Parallel()
	const (
		failed  = `{"status":"failed","errors":["no such metric"]}`
		noFiles = `{"status":"completed","manifest":null}`
		second  = "unit_costs-002.csv"
		replace = "To create a new export, apply with `-replace`"
	)
	// downloading returns the options of an export of two files. The response is that to each request for the second file,
	// sent when the first file is complete.
	downloading := func(response http.HandlerFunc) fakevantage.Options {
		later := func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			response(w, r)
		}
		return fakevantage.Options{RetryAfter: "0", Files: 2, Misbehave: misbehaving(later, func(r fakevantage.Request) bool {
			return strings.HasSuffix(r.Path, second)
		})}
	}
	slow := fakevantage.Options{ReadyAfter: 2 * time.Hour, RetryAfter: "300"}
	incomplete := []string{
		"Could not download unit cost export", second, "Complete files in DIRECTORY: 1 of 2.", "The export dta_xprt_",
		"is completed and valid until", "vantage_data_export_download",
	}
	isOccupied := func(t *testing.T, _ *fakevantage.Server, _, directory string) {
		if err := os.WriteFile(directory, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	notWritable := []string{"is not writable: not a directory", "Nothing was created or downloaded"}
	for name, test := range map[string]struct {
		operation operation
		options   fakevantage.Options
		prepare   func(t *testing.T, fake *fakevantage.Server, token, directory string)
		stop      time.Duration // after which Terraform is interrupted; 0: never
		took      time.Duration // at least; defaults to stop
		most      time.Duration // if chance decides; defaults to a second more than took
		says      []string
		argument  string   // that the error is about
		kept      bool     // in state, as tainted
		requests  string   // "..." stands for further requests
		files     []string // in the directory
	}{
		"create, failed": {
			operation: create, options: fakevantage.Options{Misbehave: get(fakevantage.Answer(200, failed))},
			says:     []string{"could not complete the export", `"failed"`, "no such metric"},
			requests: "POST GET",
		},
		"create, invalid response": {
			operation: create, options: fakevantage.Options{Misbehave: get(fakevantage.Answer(200, noFiles))},
			took: time.Minute, says: []string{"malformed manifest", "dta_xprt_"}, kept: true, requests: "POST GET GET...",
		},
		"create, several messages": {
			operation: create,
			options:   fakevantage.Options{Misbehave: post(fakevantage.Errors(402, "red \x1b[31m alert", "upgrade"))},
			says:      []string{"402 Payment Required", "does not include this", "red [31m alert; upgrade"}, requests: "POST",
		},
		"create, redirect to another host": {
			operation: create, options: fakevantage.Options{Misbehave: post(fakevantage.Redirect("https://evil.example"))},
			took: time.Minute, says: []string{`redirects to another host, "evil.example"`}, requests: "POST POST...",
		},
		"create, reset": {
			operation: create, options: fakevantage.Options{Misbehave: post(fakevantage.Reset)},
			most: time.Minute, requests: "POST POST POST POST POST",
			says: []string{"Up to 5 exports may have been created", "nothing to clean up", "has a shorter timeout"},
		},
		"create, interrupted before the POST": {
			operation: create, options: fakevantage.Options{Misbehave: always(fakevantage.Answer(429, "", "Retry-After: 600"))},
			stop: time.Minute, says: []string{"interrupted after 1m0s"}, requests: "POST",
		},
		"action, rejected": {
			operation: invoke, options: fakevantage.Options{Reports: []string{"rprt_2"}},
			says: []string{"Could not create unit cost export", "CostReport rprt_1 not found"}, argument: "cost_report_token",
			requests: "POST",
		},
		"action, timed out": {
			operation: invoke, options: slow, took: 30*time.Minute - 5*time.Second,
			says:     []string{"The operation timed out after", "is still running", "vantage_data_export", "`invoke`"},
			requests: "POST GET...",
		},
		"action, interrupted before the response": {
			operation: invoke, options: fakevantage.Options{ReadyAfter: time.Hour, Latency: time.Second},
			stop: 500 * time.Millisecond, took: time.Second, says: []string{"Export: dta_xprt_", "is still running"},
			requests: "POST",
		},
		"action, interrupted": {
			operation: invoke, options: slow, stop: 50 * time.Second,
			says:     []string{"interrupted after 50s", "Export: dta_xprt_", "is still running", "vantage_data_export"},
			requests: "POST",
		},
		"action, not writable": {
			operation: invoke, prepare: isOccupied, says: notWritable, argument: "directory",
		},
		"action, file rejected": {
			operation: invoke, options: downloading(fakevantage.HTML(403)), took: 2 * time.Second,
			says:     append(incomplete, "rejected the request for", "with 403 Forbidden", "network and the proxy"),
			requests: "POST GET FILE...",
			files:    []string{"unit_costs-001.csv"},
		},
		"action, web page instead of a file": {
			operation: invoke, options: downloading(fakevantage.HTML(200)), took: time.Minute, most: 2 * time.Minute,
			says:     append(incomplete, "cannot be downloaded: 200 OK (text/html): the response is a web page"),
			requests: "POST GET FILE FILE...",
			files:    []string{"unit_costs-001.csv"},
		},
		"action, file server without a response": {
			operation: invoke, options: downloading(fakevantage.Hang), took: 30 * time.Minute,
			says: append(incomplete, "The timeout ended before", "last failure: unreachable: no data for 30s",
				"`timeout` of the provider"),
			requests: "POST GET FILE FILE...",
			files:    []string{"unit_costs-001.csv"},
		},
		"action, file server unavailable": {
			operation: invoke, options: downloading(fakevantage.HTML(503)), took: 30 * time.Minute,
			says: append(incomplete, "was complete: timed out after", "last failure: 503 Service Unavailable",
				"longer `invoke`"),
			requests: "POST GET FILE FILE...",
			files:    []string{"unit_costs-001.csv"},
		},
		"action, download interrupted": {
			operation: invoke, options: downloading(fakevantage.Hang), stop: 10 * time.Second,
			says: append(incomplete, "interrupted before"), requests: "POST GET FILE FILE",
			files: []string{"unit_costs-001.csv"},
		},
		"action, directory with the name of the file": {
			operation: invoke,
			prepare: func(t *testing.T, _ *fakevantage.Server, _, directory string) {
				if err := os.MkdirAll(filepath.Join(directory, "unit_costs-001.csv", "mine"), 0o700); err != nil {
					t.Fatal(err)
				}
			},
			says: []string{
				"unit_costs-001.csv cannot be written to DIRECTORY", "no directory has the name", "in DIRECTORY: 0 of 1.",
			},
			requests: "POST GET FILE",
			files:    []string{"unit_costs-001.csv"},
		},
		"action, expired during the download": {
			operation: invoke, took: 2 * time.Minute,
			options:  fakevantage.Options{RetryAfter: "0", Files: 8, ValidFor: 30 * time.Second, Latency: 20 * time.Second},
			says:     []string{"Could not download unit cost export", "expired at 2000-01-01T00:01:10Z", "-invoke"},
			requests: "POST GET FILE FILE FILE FILE FILE FILE FILE FILE GET FILE FILE FILE FILE",
			files:    []string{"unit_costs-001.csv", "unit_costs-002.csv", "unit_costs-003.csv", "unit_costs-004.csv"},
		},
		"download, rejected": {
			operation: createDownload,
			options:   fakevantage.Options{Misbehave: misbehaving(fakevantage.Answer(401, "<Error/>"), isFile)},
			says: []string{
				"The file server api.vantage.sh rejected the request for unit_costs-001.csv with 401",
				"Apply again to download the files.",
			},
			requests: "GET FILE GET FILE",
		},
		"download, expired": {
			operation: createDownload,
			prepare: func(_ *testing.T, fake *fakevantage.Server, token, _ string) {
				fake.ChangeExport(token, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-25 * time.Hour) })
			},
			says:     []string{"expired at 1999-12-31T23:00:00Z", "no longer be downloaded", replace},
			requests: "GET",
		},
		"download, expired by status": {
			operation: createDownload,
			options:   fakevantage.Options{Misbehave: get(fakevantage.Answer(200, `{"status": "expired"}`))},
			says:      []string{"as expired", replace}, requests: "GET",
		},
		"download, not found": {
			operation: createDownload,
			prepare:   func(_ *testing.T, fake *fakevantage.Server, token, _ string) { fake.Forget(token) },
			says:      []string{"404 Not Found", "has expired, or the token is mistyped", replace}, requests: "GET",
		},
		"download, timed out": {
			operation: createDownload, options: slow, took: 30*time.Minute - 5*time.Second,
			says:     []string{"Could not download data export", "`create` in the resource's timeouts block"},
			requests: "GET GET...",
		},
		"download, interrupted": {
			operation: createDownload, options: slow, stop: time.Minute,
			says: []string{"interrupted after 1m0s", "is still running", "Apply again to download the files."}, requests: "GET",
		},
		"download, not writable": {
			operation: createDownload, prepare: isOccupied, says: notWritable, argument: "directory",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTimeOf(t, test.operation.typeName, test.options, func(
				t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
			) {
				token, directory := fake.Add(asked, time.Now()), filepath.Join(t.TempDir(), "march")
				if test.prepare != nil {
					test.prepare(t, fake, token, directory)
				}
				if test.stop > 0 {
					time.AfterFunc(test.stop, p.Stop)
				}
				start := time.Now()
				result := test.operation.run(t.Context(), p, token, directory)
				took, least := time.Since(start), max(test.stop, test.took)
				wantNoSecrets(t, result, fake)
				says := slices.Clone(test.says)
				for i := range says {
					says[i] = strings.ReplaceAll(says[i], "DIRECTORY", directory)
				}
				wantError(t, result.State, says...)
				files, _ := filepath.Glob(filepath.Join(directory, "*")) // none if there is no directory
				for i := range files {
					files[i] = filepath.Base(files[i])
				}
				if !slices.Equal(files, test.files) {
					t.Errorf("the directory has %q, want %q", files, test.files)
				}
				wantAbout(t, result.State, test.argument)
				if (result.Value.Type() == nil || result.IsNull()) == test.kept {
					t.Errorf("the state is %v", result.Value)
				}
				if took < least || took >= max(least+time.Second, test.most) {
					t.Errorf("took %s, want %s", took, least)
				}
				wantTraffic(t, fake, test.requests)
			})
		})
	}
}
