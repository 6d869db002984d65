package provider_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// actions is the CLI that has actions.
var actions = acctest.Version{Terraform: "1.14"}

// ephemeralResources is the CLI that has ephemeral resources.
var ephemeralResources = acctest.Version{Terraform: "1.10", OpenTofu: "1.11"}

type example struct {
	variables map[string]string
	// posts is the number of exports that an apply and a plan create, and inAll their number after a day, an apply,
	// a plan, another day and a destroy.
	posts, inAll int
	needs        acctest.Version
	curl         bool // a provisioner runs curl
	installed    bool // the CLI installs and starts the provider
	check        func(t *testing.T, cli *acctest.CLI)
}

// examples returns the examples that TestExamples runs, by directory.
func examples() map[string]example {
	report := map[string]string{"cost_report_token": "rprt_1"}
	return map[string]example{
		"quickstart": {variables: report, posts: 1, inAll: 1, check: wantExported, installed: true},
		"pipeline":   {variables: map[string]string{"cost_report_token": "rprt_1", "day": "2025-04-01"}, posts: 1, inAll: 2},
		"downstream": {variables: report, posts: 1, inAll: 2},
		"many-exports": {
			variables: map[string]string{
				"cost_report_tokens": `{"a":"rprt_1","b":"rprt_2","c":"rprt_3"}`,
			},
			posts: 3,
			inAll: 6,
			curl:  true,
			check: wantDownloadedByName,
		},
		"reports": {
			variables: map[string]string{"cost_report_tokens": `["rprt_1","rprt_2"]`, "month": "2025-03"}, posts: 2, inAll: 4,
			needs: functions,
		},
		"module-tests": {
			variables: map[string]string{
				"cost_report_token": "rprt_1", "business_metric_token": "bsnss_mtrc_3080a050c04104ff",
			},
			posts: 1, inAll: 1,
		},
		"two-providers": {
			variables: map[string]string{"cost_report_token": "rprt_1", "read_token": acctest.APIToken}, posts: 2, inAll: 2,
			installed: true, // of two configurations, a provider that runs has only the last one
		},
		"daily-renewal": {variables: report, posts: 1, inAll: 2},
		"ephemeral": {
			variables: report, posts: 1, inAll: 2, needs: ephemeralResources, curl: true, check: wantDownloadedAndNotStored,
		},
		"all-kinds": {
			variables: map[string]string{"cost_report_token": "rprt_1", "start_date": "2025-03-01", "end_date": "2025-03-31"},
			posts:     3, inAll: 6,
		},
		"state-encryption": {
			variables: map[string]string{"cost_report_token": "rprt_1", "state_passphrase": "sixteen characters"},
			posts:     1, needs: acctest.Version{OpenTofu: "1.7"}, check: wantEncrypted,
			inAll: 1, // the test cannot age encrypted state
		},
		"provider":                                       {},
		"resources/vantage_unit_cost_export":             {posts: 1, inAll: 2},
		"resources/vantage_cost_export":                  {posts: 2, inAll: 3},
		"resources/vantage_kubernetes_efficiency_export": {posts: 1, inAll: 2},
		"data-sources/vantage_data_export":               {posts: 1, inAll: 2},
		// Read in each apply and each plan, that of the destroy included.
		"data-sources/vantage_unit_cost_export":             {posts: 2, inAll: 5},
		"data-sources/vantage_cost_export":                  {posts: 2, inAll: 5},
		"data-sources/vantage_kubernetes_efficiency_export": {posts: 2, inAll: 5},
		"actions/vantage_unit_cost_export":                  {posts: 1, inAll: 1, needs: actions, check: wantExported},
		"actions/vantage_cost_export":                       {posts: 1, inAll: 1, needs: actions, check: wantExported},
		"actions/vantage_kubernetes_efficiency_export":      {posts: 1, inAll: 1, needs: actions, check: wantExported},
		"data-sources/vantage_unit_costs":                   {check: wantRows},
		"functions/month":                                   {posts: 1, inAll: 1, needs: functions},
		"functions/quarter":                                 {needs: functions, check: wantQuarters},
		"resources/vantage_data_export_download":            {posts: 1, inAll: 1, check: wantExported},
		"actions/vantage_data_export_download":              {posts: 1, inAll: 1, needs: actions, check: wantExported},
		"ephemeral-resources/vantage_data_export": {
			posts: 1, inAll: 2, needs: ephemeralResources, curl: true, check: wantDownloadedAndNotStored,
		},
	}
}

// testedElsewhere returns the tests of the other examples.
func testedElsewhere() map[string]string {
	return map[string]string{
		"archive": "TestArchive", "guardrails": "TestGuardrails", "monthly": "TestMonthly",
		"uploads/s3-archive": "TestArchive_uploads", "uploads/gcs-archive": "TestArchive_uploads",
		"uploads/azure-archive": "TestArchive_uploads",
		"uploads/s3":            "TestUploads", "uploads/gcs": "TestUploads", "uploads/azure": "TestUploads",
	}
}

// Every example is applied, planned again with an empty plan although the API signs new URLs for each GET, and
// destroyed. Examples with exports are applied again a day later, which renews an export once, and destroyed another
// day later without an apply. The renewed export has no files, or the one that is created after the destroy.
func TestExamples(t *testing.T) {
	t.Parallel()
	for directory, test := range examples() {
		t.Run(directory, func(t *testing.T) {
			t.Parallel()
			test.needs.SkipUnlessMet(t)
			api, cli := startExample(t, directory, test, fakevantage.Options{})
			wantPosts := func(when string, want int) {
				if got := api.Posts(); got != want {
					t.Errorf("%d exports %s, want %d", got, when, want)
				}
			}
			apply(t, cli)
			cli.WantEmptyPlan()
			if test.check != nil {
				test.check(t, cli)
			}
			wantIgnored(t, directory, cli)
			wantPosts("on the first day", test.posts)
			renews := test.inAll > test.posts
			if test.posts > 0 {
				aDayPasses(api, cli)
				if renews {
					applyEmpty(t, api, cli)
				} else {
					apply(t, cli)
				}
				aDayPasses(api, cli)
			}
			cli.MustRun("destroy", "-auto-approve", "-no-color")
			wantPosts("in all", test.inAll)
			if test.posts > 0 && !renews {
				applyEmpty(t, api, cli)
			}
		})
	}
}

// The examples' own tests need no account.
func TestExamples_moduleTests(t *testing.T) {
	t.Parallel()
	acctest.Version{Terraform: "1.7", OpenTofu: "1.8"}.SkipUnlessMet(t) // mock_provider
	for _, directory := range []string{"reports", "module-tests"} {
		t.Run(directory, func(t *testing.T) {
			t.Parallel()
			test := examples()[directory]
			test.needs.SkipUnlessMet(t)
			api := acctest.Start(t, fakevantage.Options{})
			cli := acctest.NewCLIFrom(t, api, "examples/"+directory, "VANTAGE_API_TOKEN=")
			if out := cli.MustRun("test", "-no-color"); strings.Contains(out, " 0 passed") {
				t.Error(out)
			}
			api.WantRequests(t, 0, 0)
		})
	}
}

// applyEmpty applies with exports that have no files: no step fails, and no file is created.
func applyEmpty(t *testing.T, api *acctest.API, cli *acctest.CLI) {
	t.Helper()
	files := func() (n int) {
		for _, pattern := range []string{"*.csv", "exports/*/*.csv"} {
			found, _ := filepath.Glob(filepath.Join(cli.Dir, pattern))
			n += len(found)
		}
		return n
	}
	before := files()
	api.Change(func(o *fakevantage.Options) { o.Files = -1 })
	if outputs := apply(t, cli); strings.Contains(outputs, "null") {
		t.Errorf("the output has a null for an empty export: %s", outputs)
	}
	cli.WantEmptyPlan()
	if after := files(); after > before {
		t.Errorf("%d files were downloaded for an empty export", after-before)
	}
}

func aDayPasses(api *acctest.API, cli *acctest.CLI) {
	cli.Age(25 * time.Hour)
	for token := range api.Exports() {
		api.ChangeExport(token, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-25 * time.Hour) })
	}
}

func TestEveryExampleIsInTheTable(t *testing.T) {
	t.Parallel()
	known, elsewhere := examples(), testedElsewhere()
	for _, pattern := range []string{"../../examples/*/*.tf", "../../examples/*/*/*.tf"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			directory, _ := filepath.Rel("../../examples", filepath.Dir(file))
			name := filepath.ToSlash(directory)
			if _, ok := known[name]; !ok && elsewhere[name] == "" {
				t.Errorf("no test runs %s", file)
			}
		}
	}
}

func startExample(
	t *testing.T, directory string, test example, options fakevantage.Options,
) (*acctest.API, *acctest.CLI) {
	t.Helper()
	if test.curl {
		skipWithout(t, "curl")
	}
	options.RetryAfter = "0"
	api := acctest.Start(t, options)
	api.SetUnitCosts(fakevantage.NewUnitCost("bsnss_mtrc_3080a050c04104ff", "2025-03-03", "12.5"))
	var environment []string
	for name, value := range test.variables {
		environment = append(environment, "TF_VAR_"+name+"="+value)
	}
	newCLI := acctest.NewAttachedCLI
	if test.installed {
		newCLI = acctest.NewCLIFrom
	}
	return api, newCLI(t, api, "examples/"+directory, environment...)
}

// apply applies the configuration and returns the outputs, which must not show a pre-signed URL.
func apply(t *testing.T, cli *acctest.CLI, args ...string) (outputs string) {
	t.Helper()
	out := cli.MustRun(append([]string{"apply", "-auto-approve", "-no-color"}, args...)...)
	_, outputs, _ = strings.Cut(out, "\nOutputs:") // not those of the plan
	if strings.Contains(outputs, "X-Signature") {
		t.Errorf("the output shows a pre-signed URL: %s", outputs)
	}
	return outputs
}
