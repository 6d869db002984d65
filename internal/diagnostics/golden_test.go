package diagnostics_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/fakevantage"
)

var update = flag.Bool("update", false, "write testdata/diagnostics.golden")

// The golden file has all texts of errors and warnings. After a change of a text, run
//
//	go test ./internal/diagnostics -update
//
// and review the change of the file.
func TestDiagnostics_golden(t *testing.T) {
	t.Parallel()
	golden := filepath.Join("testdata", "diagnostics.golden")
	got := diagnostics.Tables() + "# As a user reads them\n\n"
	directory := t.TempDir()
	for _, e := range examples(directory) {
		got += "## " + e.name + "\n\n" + e.run(t) + "\n"
	}
	got = strings.ReplaceAll(got, directory, "DIRECTORY")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := strings.Split(acctest.Contents(t, golden), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("line %d is\n%s\nRun go test ./internal/diagnostics -update and review the change.", i+1, line)
		}
	}
}

// No text of a user has a placeholder.
func TestDiagnostics_replacePlaceholders(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile(`\{\w+\}`)
	_, shown, _ := strings.Cut(acctest.Contents(t, filepath.Join("testdata", "diagnostics.golden")), "# As a user")
	if found := placeholder.FindAllString(shown, -1); found != nil {
		t.Errorf("placeholders are left: %q", found)
	}
}

// Each summary has an entry in the guide on troubleshooting, and each entry has a summary.
func TestDiagnostics_troubleshooting(t *testing.T) {
	t.Parallel()
	entry := regexp.MustCompile(`\*\*(.+?)\*\*`)
	entries, unused := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(acctest.Contents(t, "../../templates/guides/troubleshooting.md")) {
		if strings.HasPrefix(line, "- **") {
			for _, found := range entry.FindAllStringSubmatch(line, -1) {
				name := strings.ReplaceAll(found[1], "`", "")
				entries[name], unused[name] = true, true
			}
		}
	}
	placeholders := strings.NewReplacer(
		"{noun}", "<export type>", "{source}", "<source>", "{path}", "<argument>", "{argument}", "<argument>")
	for _, summary := range diagnostics.Summaries() {
		found := false
		for _, noun := range []string{"{noun}", "data export"} {
			name := placeholders.Replace(strings.ReplaceAll(summary, "{noun}", noun))
			found = found || entries[name]
			delete(unused, name)
		}
		// The guide lists what an action and a source can be.
		if !found && !strings.Contains(summary, "{action}") && !strings.Contains(summary, "{source}") {
			t.Errorf("the guide has no entry for %q", summary)
		}
	}
	for name := range unused {
		if !strings.HasPrefix(name, "Invalid provider argument") && !strings.HasPrefix(name, "Invalid environment variable") {
			t.Errorf("no diagnostic has the summary %q", name)
		}
	}
}

// example is an operation whose diagnostics the golden file shows.
type example struct {
	name, typeName string
	options        fakevantage.Options
	// do returns the result whose diagnostics are shown.
	do func(context.Context, *acctest.Protocol, *fakevantage.Server) acctest.State
}

func (e example) run(t *testing.T) (shown string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, e.options)
		result := e.do(t.Context(), acctest.NewProtocolFor(t, fake, e.typeName), fake)
		slices.SortFunc(result.Diagnostics, func(a, b *tfprotov6.Diagnostic) int { return cmp.Compare(a.Summary, b.Summary) })
		for _, d := range result.Diagnostics {
			shown += fmt.Sprintf("%s: %s\n\n%s\n\n", d.Severity, d.Summary, d.Detail)
		}
	})
	return shown
}

const unitCostExport = "vantage_unit_cost_export"

// examples returns operations. Files are downloaded to the directory.
func examples(directory string) []example {
	minimal := map[string]any{"cost_report_token": "rprt_1"}
	unwaited := map[string]any{"cost_report_token": "rprt_1", "wait_for_completion": false}
	create := func(config map[string]any) func(context.Context, *acctest.Protocol, *fakevantage.Server) acctest.State {
		return func(ctx context.Context, p *acctest.Protocol, _ *fakevantage.Server) acctest.State {
			return p.Create(ctx, config)
		}
	}
	refresh := func(change func(*fakevantage.Server, string)) func(
		context.Context, *acctest.Protocol, *fakevantage.Server,
	) acctest.State {
		return func(ctx context.Context, p *acctest.Protocol, fake *fakevantage.Server) acctest.State {
			state := p.Create(ctx, unwaited)
			time.Sleep(time.Minute)
			change(fake, state.Text("token"))
			return p.Read(ctx, state)
		}
	}
	// existing is an operation on an existing export of the given age.
	existing := func(age time.Duration, do func(context.Context, *acctest.Protocol, string) acctest.State) func(
		context.Context, *acctest.Protocol, *fakevantage.Server,
	) acctest.State {
		return func(ctx context.Context, p *acctest.Protocol, fake *fakevantage.Server) acctest.State {
			token := fake.Add(minimal, time.Now())
			fake.Finish(token)
			time.Sleep(age)
			return do(ctx, p, token)
		}
	}
	misbehaving := func(h http.HandlerFunc) fakevantage.Options {
		return fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return h }}
	}
	openExisting := func(ctx context.Context, p *acctest.Protocol, token string) acctest.State {
		return p.OpenEphemeral(ctx, map[string]any{"token": token})
	}
	readExisting := func(ctx context.Context, p *acctest.Protocol, token string) acctest.State {
		return p.ReadDataSource(ctx, map[string]any{"token": token})
	}
	forget := func(fake *fakevantage.Server, token string) { fake.Forget(token) }
	return []example{
		{"The API token is wrong", unitCostExport, misbehaving(fakevantage.Errors(401, "Invalid token")), create(minimal)},
		{"No such report", unitCostExport, fakevantage.Options{Reports: []string{"rprt_2"}}, create(minimal)},
		{
			"The API rejects an argument", unitCostExport, misbehaving(fakevantage.Errors(422, "start_date is in the future")),
			create(minimal),
		},
		{"A sign-in page", unitCostExport, misbehaving(fakevantage.HTML(200)), create(minimal)},
		{"The outcome of a POST is unknown", unitCostExport, misbehaving(fakevantage.HTML(502)), create(minimal)},
		{
			"The export takes longer than the timeout", unitCostExport, fakevantage.Options{ReadyAfter: time.Hour},
			create(minimal),
		},
		{"The export fails", unitCostExport, fakevantage.Options{Outcome: "failed"}, create(minimal)},
		{"The export is empty", unitCostExport, fakevantage.Options{Files: -1}, create(minimal)},
		{"A pending export is lost", unitCostExport, fakevantage.Options{ReadyAfter: time.Hour}, refresh(forget)},
		{
			"A refresh fails", unitCostExport, fakevantage.Options{ReadyAfter: time.Hour},
			refresh(func(fake *fakevantage.Server, _ string) {
				fake.Change(func(o *fakevantage.Options) { o.Misbehave = misbehaving(fakevantage.Errors(500, "Oops")).Misbehave })
			}),
		},
		{
			"A pending export is imported", unitCostExport, fakevantage.Options{ReadyAfter: time.Hour},
			func(ctx context.Context, p *acctest.Protocol, fake *fakevantage.Server) acctest.State {
				return p.Import(ctx, fake.Add(minimal, time.Now()))
			},
		},
		{
			"An import adopts an argument", unitCostExport, fakevantage.Options{},
			existing(time.Minute, func(ctx context.Context, p *acctest.Protocol, token string) acctest.State {
				adopting := map[string]any{"cost_report_token": "rprt_1", "triggers": map[string]any{"month": "3"}}
				return p.Plan(p.Import(ctx, token), adopting)
			}),
		},
		{"The URLs of an existing export have expired", "vantage_data_export", fakevantage.Options{URLLifetime: time.Hour},
			existing(2*time.Hour, readExisting)},
		{"An ephemeral resource of an expired export", "vantage_data_export", fakevantage.Options{},
			existing(25*time.Hour, openExisting)},
		{
			"A token of a report", "vantage_data_export", fakevantage.Options{},
			func(ctx context.Context, p *acctest.Protocol, _ *fakevantage.Server) acctest.State {
				return readExisting(ctx, p, "rprt_1")
			},
		},
		{
			"A file server rejects the request", "vantage_data_export_download",
			fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if strings.HasPrefix(r.Path, "/files/") {
					return fakevantage.Answer(403, "<Error><Code>AccessDenied</Code></Error>", "Content-Type: application/xml")
				}
				return nil
			}},
			existing(time.Minute, func(ctx context.Context, p *acctest.Protocol, token string) acctest.State {
				return p.Create(ctx, map[string]any{"token": token, "directory": directory})
			}),
		},
		{
			"No unit cost matches", "vantage_unit_costs", fakevantage.Options{},
			func(ctx context.Context, p *acctest.Protocol, _ *fakevantage.Server) acctest.State {
				return p.ReadDataSource(ctx, map[string]any{"cost_report_token": "rprt_1", "business_metric_token": "mtrc_1"})
			},
		},
		{
			"Invalid arguments", unitCostExport, fakevantage.Options{},
			func(_ context.Context, p *acctest.Protocol, _ *fakevantage.Server) acctest.State {
				return p.Validate(map[string]any{
					"cost_report_token": "https://console.vantage.sh/rprt_1", "start_date": "March", "date_bin": "year",
					"renew_before_expiry": "2d",
				})
			},
		},
	}
}
