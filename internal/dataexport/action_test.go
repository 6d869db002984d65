package dataexport_test

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// Actions report each step that takes long.
func TestActions_reportProgress(t *testing.T) {
	t.Parallel()
	const (
		accepted   = `The API has accepted the export dta_xprt_\w+\. It completes even if this run ends\.`
		again      = `The export dta_xprt_\w+ is still running\. The next poll is in 20s\.`
		one        = `The status is "completed", with 1 file\.`
		two        = `The status is "completed", with 2 files\.`
		file       = `Downloaded unit_costs-00[12]\.csv \(.*B\)\.`
		downloaded = `Downloaded 1 file of the export dta_xprt_\w+ to DIRECTORY \(.*\)\. The export is .*`
	)
	everything := map[string]any{
		"cost_report_token": "rprt_1", "workspace_token": "wrkspc_1", "start_date": "2025-03-01", "end_date": "2025-03-31",
		"date_bin": "week",
	}
	crunching := fakevantage.Answer(202, `{"status": "crunching"}`, "Retry-After: 5")
	for name, test := range map[string]struct {
		typeName string         // defaults to the action of the unit cost export
		config   map[string]any // without the directory
		nowhere  bool           // without a directory
		options  fakevantage.Options
		lines    []string
		warning  string
		requests string
		files    []string // in the directory
	}{
		"pending": {
			config: everything,
			options: fakevantage.Options{
				ReadyAfterPolls: 3, RetryAfter: "20", PendingBody: true, Files: 2, FileSize: 1_234_567,
				Misbehave: misbehaving(crunching, func(r fakevantage.Request) bool {
					return r.Method == http.MethodGet && (r.Nth == 2 || r.Nth == 3)
				}),
			},
			lines: []string{
				accepted, again, again, `The status is "crunching"\.`, `The status is "pending"\.`, again, again, two,
				`Downloaded unit_costs-00[12]\.csv \(1\.2 MB\)\.`, `Downloaded unit_costs-00[12]\.csv \(1\.2 MB\)\.`,
				`Downloaded 2 files of the export dta_xprt_\w+ to DIRECTORY \(2\.5 MB in all\)\. ` +
					`The export is valid until 2000-01-02T00:0\d:\d\dZ\.`,
			},
			requests: "POST GET GET GET GET GET GET FILE FILE",
			files:    []string{"unit_costs-001.csv", "unit_costs-002.csv"},
		},
		"no directory": {
			config: minimal, nowhere: true, options: fakevantage.Options{RetryAfter: "0", ValidFor: -1},
			lines: []string{accepted, one, `The files are available, valid for a time that the API does not report\. ` +
				`The data source vantage_data_export with token = "dta_xprt_\w+" returns their URLs\.`},
			requests: "POST GET",
		},
		"an empty export": {
			config: minimal, options: fakevantage.Options{RetryAfter: "0", Files: -1},
			lines:   []string{accepted, `The status is "completed", with 0 files\.`},
			warning: "without files", requests: "POST GET",
		},
		"a delay": {
			config: minimal,
			options: fakevantage.Options{
				RetryAfter: "0", Misbehave: onFirstOfFiles(fakevantage.Answer(503, "", "Retry-After: 15")),
			},
			lines: []string{accepted, one, `The download of unit_costs-001\.csv failed after 0 B ` +
				`\(503 Service Unavailable\)\. The next attempt is in 15s\.`, file, downloaded},
			requests: "POST GET FILE FILE", files: []string{"unit_costs-001.csv"},
		},
		"fresh URLs": {
			config: minimal,
			options: fakevantage.Options{
				RetryAfter: "0", SignEachGET: true,
				Misbehave: misbehaving(fakevantage.HTML(403), func(r fakevantage.Request) bool {
					return isFile(r) && strings.Contains(r.Query, "X-Nonce=1&")
				}),
			},
			lines: []string{accepted, one, `The pre-signed URL of unit_costs-001\.csv was rejected \(403 Forbidden\)\. ` +
				`Requesting fresh URLs of all files\.`, file, downloaded},
			requests: "POST GET FILE GET FILE", files: []string{"unit_costs-001.csv"},
		},
		"an existing export": {
			typeName: downloadType, config: map[string]any{"token": "TOKEN", "filename_prefix": "march-"},
			options:  fakevantage.Options{ReadyAfterPolls: 1, RetryAfter: "20"},
			lines:    []string{again, one, `Downloaded march-unit_costs-001\.csv .*`, downloaded},
			requests: "GET GET FILE", files: []string{"march-unit_costs-001.csv"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typeName := cmp.Or(test.typeName, unitCostExport)
			inVirtualTimeOf(t, typeName, test.options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				directory, config := t.TempDir(), maps.Clone(test.config)
				if config["token"] != nil {
					config["token"] = fake.Add(asked, time.Now())
				}
				if !test.nowhere {
					config["directory"] = directory
				}
				told := p.Invoke(t.Context(), config)
				if test.warning == "" {
					wantNoDiagnostics(t, told.State)
				} else {
					wantWarning(t, told.State, test.warning)
				}
				pattern := strings.ReplaceAll(strings.Join(test.lines, "\n"), "DIRECTORY", regexp.QuoteMeta(directory))
				wantLines(t, told.Lines, pattern)
				wantNoSecrets(t, told, fake)
				wantTraffic(t, fake, test.requests)
				wantFiles(t, directory, test.files...)
				for _, e := range fake.Exports() {
					if name == "pending" && len(e.Asked) != len(everything) {
						t.Errorf("the request is %v", e.Asked)
					}
				}
			})
		})
	}
}

// Invalid arguments of actions, data sources and downloads are rejected without a request.
func TestInvalidArguments_ofOtherTypes(t *testing.T) {
	t.Parallel()
	exports, downloads := acctest.NewProtocol(t, nil), acctest.NewProtocolOf(t, nil, downloadType)
	exchanged := with(with(minimal, "start_date", "2025-04-01"), "end_date", "2025-03-01")
	download := map[string]any{"token": "dta_xprt_1", "directory": "exports"}
	tilde, prefix := with(download, "directory", "~/exports"), with(download, "filename_prefix", ".hidden")
	timeout := func(name, value string) map[string]any {
		return with(minimal, "timeouts", map[string]any{name: value})
	}
	for _, test := range []struct {
		result         acctest.State
		argument, says string
	}{
		{exports.Invoke(t.Context(), exchanged).State, "start_date", "wrong order"},
		{exports.Invoke(t.Context(), withDirectory("")).State, "directory", "at least 1"},
		{exports.Invoke(t.Context(), timeout("invoke", "soon")).State, "timeouts", "not a duration"},
		{exports.ReadDataSource(t.Context(), exchanged), "start_date", "is after end_date"},
		{exports.ReadDataSource(t.Context(), timeout("read", "0s")), "timeouts", "timeout must be above zero"},
		{downloads.Validate(tilde), "directory", `pathexpand("~/exports")`},
		{downloads.Validate(with(download, "directory", "exports\x1b[31m")), "directory", "must not have control characters"},
		{downloads.Validate(with(download, "directory", "exports\n")), "directory", "must not have control characters"},
		{downloads.Validate(prefix), "filename_prefix", "must have up to 40 letters"},
		{downloads.Invoke(t.Context(), prefix).State, "filename_prefix", "must have up to 40 letters"},
	} {
		wantError(t, test.result, test.says)
		wantAbout(t, test.result, test.argument)
	}
}
