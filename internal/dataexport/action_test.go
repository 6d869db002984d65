package dataexport_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func withDirectory(directory string) map[string]any {
	return map[string]any{"cost_report_token": "rprt_1", "directory": directory}
}

func TestAction_createsWaitsAndDownloads(t *testing.T) {
	t.Parallel()
	crunching := fakevantage.Answer(202, `{"status": "crunching"}`, "Retry-After: 5")
	options := fakevantage.Options{
		ReadyAfterPolls: 3,
		RetryAfter:      "20",
		PendingBody:     true,
		Files:           2,
		FileSize:        1_234_567,
		Misbehave: misbehaving(crunching, func(r fakevantage.Request) bool {
			return r.Method == http.MethodGet && (r.Nth == 2 || r.Nth == 3)
		}),
	}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		directory := filepath.Join(t.TempDir(), "exports", "march")
		told := p.Invoke(t.Context(), map[string]any{
			"cost_report_token": "rprt_1",
			"workspace_token":   "wrkspc_1",
			"start_date":        "2025-03-01",
			"end_date":          "2025-03-31",
			"date_bin":          "week",
			"directory":         directory,
		})
		wantNoDiagnostics(t, told.State)
		const (
			again   = `The export dta_xprt_\w+ is still running\. The next poll is in 20s\.`
			arrived = `Downloaded unit_costs-00[12]\.csv \(1\.2 MB\)\.`
		)
		wantLines(t, told.Lines,
			`The API has accepted the export dta_xprt_\w+\. It completes even if this run ends\.`,
			again,
			again,
			`The status is "crunching"\.`,
			`The status is "pending"\.`,
			again,
			again,
			`The status is "completed", with 2 files\.`,
			arrived,
			arrived,
			`Downloaded 2 files of the export dta_xprt_\w+ to `+regexp.QuoteMeta(directory)+` \(2\.5 MB in all\)\. `+
				`The export is valid until 2000-01-02T00:0\d:\d\dZ\.`,
		)
		wantFiles(t, directory, "unit_costs-001.csv", "unit_costs-002.csv")
		if n := wantNoSecrets(t, told, fake); n != 2 {
			t.Errorf("%d files were requested", n)
		}
		for _, e := range fake.Exports() {
			if len(e.Asked) != 5 {
				t.Errorf("the request is %v", e.Asked)
			}
		}
		acctest.WantRequests(t, fake, 1, 6)
	})
}

func TestAction_withoutADirectory(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{RetryAfter: "0", ValidFor: -1}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		told := p.Invoke(t.Context(), minimal)
		wantNoDiagnostics(t, told.State)
		wantLines(t, told.Lines,
			"The API has accepted .*",
			`The status is "completed", with 1 file\.`,
			`The files are available, valid for a time that the API does not report\. `+
				`The data source vantage_data_export with token = "dta_xprt_\w+" returns their URLs\.`,
		)
		if n := wantNoSecrets(t, told, fake); n != 0 {
			t.Errorf("%d files were requested", n)
		}
		acctest.WantRequests(t, fake, 1, 1)
	})
}

func TestAction_emptyExportWarns(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{RetryAfter: "0", Files: -1}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		wantWarning(t, p.Invoke(t.Context(), withDirectory(t.TempDir())).State, "without files")
	})
}

func TestAction_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	report := func(name string, value any) map[string]any {
		return map[string]any{"cost_report_token": "r", name: value}
	}
	exchanged := map[string]any{"cost_report_token": "r", "start_date": "2025-04-01", "end_date": "2025-03-01"}
	for name, test := range map[string]struct {
		config map[string]any
		says   string
	}{
		"no report":        {map[string]any{"cost_report_token": ""}, "cost_report_token"},
		"no date":          {report("start_date", "March"), "not an ISO 8601 date"},
		"wrong order":      {exchanged, "wrong order"},
		"no date bin":      {report("date_bin", "year"), "date_bin"},
		"no directory":     {report("directory", ""), "directory"},
		"no duration":      {report("timeouts", map[string]any{"invoke": "soon"}), "not a duration"},
		"a file, no place": {report("directory", "action_test.go"), "is not writable"},
		"below a file":     {report("directory", "action_test.go/exports"), "is not writable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				told := p.Invoke(t.Context(), test.config)
				wantWords(t, told.Errors(), test.says)
				if told.Diagnostics[0].Attribute == nil {
					t.Errorf("%v is at no argument", told.Errors())
				}
				acctest.WantRequests(t, fake, 0, 0)
			})
		})
	}
}
