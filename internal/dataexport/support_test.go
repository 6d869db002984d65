package dataexport_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const (
	unitCostExport = "vantage_unit_cost_export"
	downloadType   = "vantage_data_export_download"
)

// Configurations of an export, and of an existing export.
var (
	minimal = map[string]any{"cost_report_token": "rprt_1"}
	// unwaited is a configuration whose apply does not wait for completion.
	unwaited    = with(minimal, "wait_for_completion", false)
	withoutURLs = with(minimal, "store_file_urls", false)
	// asked is the request of an export that was created outside Terraform.
	asked = map[string]any{
		"cost_report_token": "rprt_1",
		"start_date":        "2025-03-01T00:00:00Z",
		"end_date":          "2025-03-31T00:00:00Z",
		"date_bin":          "week",
	}
)

func withDirectory(directory string) map[string]any { return with(minimal, "directory", directory) }

// with returns a configuration with one more argument.
func with(config map[string]any, name string, value any) map[string]any {
	more := maps.Clone(config)
	more[name] = value
	return more
}

// inVirtualTime runs f in a synctest bubble, with a provider whose client sends its requests to a fake in process.
func inVirtualTime(
	t *testing.T, o fakevantage.Options, f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server),
) {
	t.Helper()
	inVirtualTimeOf(t, unitCostExport, o, f)
}

// inVirtualTimeOf is inVirtualTime for the resource and the action of a type name.
func inVirtualTimeOf(
	t *testing.T, typeName string, o fakevantage.Options,
	f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, o)
		f(t, acctest.NewProtocolFor(t, fake, typeName), fake)
	})
}

// misbehaving makes the fake respond to matching requests with h.
func misbehaving(h http.HandlerFunc, match func(fakevantage.Request) bool) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if match(r) {
			return h
		}
		return nil
	}
}

// always makes the fake respond to all requests with h, those for files included.
func always(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return misbehaving(h, func(fakevantage.Request) bool { return true })
}

func get(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return misbehaving(h, func(r fakevantage.Request) bool { return r.Method == http.MethodGet })
}

func post(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return misbehaving(h, func(r fakevantage.Request) bool { return r.Method == http.MethodPost })
}

// onFirstOfFiles makes the fake respond to the first request for each file with h.
func onFirstOfFiles(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return misbehaving(h, func(r fakevantage.Request) bool { return isFile(r) && r.Nth == 1 })
}

func isFile(r fakevantage.Request) bool { return strings.HasPrefix(r.Path, "/files/") }

// wantTraffic expects these requests in order: POST creates an export, GET polls it, and FILE downloads a file. A final
// "..." stands for further requests.
func wantTraffic(t *testing.T, fake *fakevantage.Server, want string) {
	t.Helper()
	var sent []string
	for _, r := range fake.Requests() {
		if isFile(r) {
			r.Method = "FILE"
		}
		sent = append(sent, r.Method)
	}
	got, first := strings.Join(sent, " "), strings.TrimSuffix(want, "...")
	if got != want && (first == want || !strings.HasPrefix(got, first)) {
		t.Errorf("the requests are %q, want %q", got, want)
	}
}

// wantPosts expects a number of exports to be created.
func wantPosts(t *testing.T, fake *fakevantage.Server, posts int) {
	t.Helper()
	if fake.Posts() != posts {
		t.Errorf("%d exports were created, want %d", fake.Posts(), posts)
	}
}

// wantPending expects a pending export, with the token if one is given.
func wantPending(t *testing.T, s acctest.State, token string) {
	t.Helper()
	if token == "" {
		token = s.Text("token")
	}
	if token == "" || s.Text("token") != token || s.Text("id") != token || s.Text("status") != "pending" {
		t.Errorf("the state is %v, want it pending with the token %s", s.Value, token)
	}
	if !s.Value.IsFullyKnown() || s.Text("manifest", "completed_at") != "" {
		t.Errorf("the state is %v, want the manifest's values null", s.Value)
	}
}

func wantCompleted(t *testing.T, s acctest.State) {
	t.Helper()
	wantNoDiagnostics(t, s)
	if s.Text("status") != "completed" || s.Text("manifest", "completed_at") == "" {
		t.Errorf("the state is %v, want it completed", s.Value)
	}
}

// wantUnchanged expects a plan without changes.
func wantUnchanged(t *testing.T, p *acctest.Protocol, s acctest.State, config map[string]any) {
	t.Helper()
	plan := p.Plan(s, config)
	wantNoDiagnostics(t, plan)
	wantSame(t, s, plan)
	if plan.Replace {
		t.Errorf("the plan replaces the export because of %v", plan.Replaces)
	}
}

// wantSame expects the same values and the same private state.
func wantSame(t *testing.T, before, after acctest.State) {
	t.Helper()
	if changed := changes(t, before, after); len(changed) > 0 {
		t.Errorf("%v changed", changed)
	}
	if string(before.Private) != string(after.Private) {
		t.Errorf("the private state changed from %s to %s", before.Private, after.Private)
	}
}

// changes returns the paths whose values differ.
func changes(t *testing.T, before, after acctest.State) (paths []string) {
	t.Helper()
	differences, err := before.Value.Diff(after.Value)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		paths = append(paths, d.Path.String())
	}
	return paths
}

// wantReplaced expects a plan that replaces the export because of the attributes.
func wantReplaced(t *testing.T, plan acctest.State, attributes ...string) {
	t.Helper()
	var want []string
	for _, name := range attributes {
		want = append(want, fmt.Sprintf("AttributeName(%q)", name))
	}
	if len(plan.Errors()) > 0 || !slices.Equal(plan.Replaces, want) {
		t.Errorf("errors %q, replaced because of %v, want %v", plan.Errors(), plan.Replaces, want)
	}
}

func wantNoDiagnostics(t *testing.T, s acctest.State) {
	t.Helper()
	if len(s.Diagnostics) > 0 {
		t.Errorf("errors %q, warnings %q, want none", s.Errors(), s.Warnings())
	}
}

// wantError expects one error that contains all of the words, and no control character.
func wantError(t *testing.T, s acctest.State, words ...string) {
	t.Helper()
	wantOne(t, s.Errors(), words)
	if len(s.Errors()[0]) > 800 || strings.Contains(s.Errors()[0], "\x1b") {
		t.Errorf("%d characters: %q", len(s.Errors()[0]), s.Errors()[0])
	}
}

// wantWarning expects one warning that contains all of the words, and no error.
func wantWarning(t *testing.T, s acctest.State, words ...string) {
	t.Helper()
	wantOne(t, append(s.Warnings(), s.Errors()...), words)
}

func wantOne(t *testing.T, texts, words []string) {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("the diagnostics are %q, want one", texts)
	}
	wantSaid(t, texts[0], words...)
}

// wantAbout expects that the first diagnostic is about the argument, or about none.
func wantAbout(t *testing.T, s acctest.State, argument string) {
	t.Helper()
	at, want := s.Diagnostics[0].Attribute, ""
	if argument != "" {
		want = fmt.Sprintf("AttributeName(%q)", argument)
	}
	if (at == nil) != (argument == "") || !strings.HasPrefix(at.String(), want) {
		t.Errorf("the diagnostic is about %s, want %q", at, argument)
	}
}

// wantSaid expects all of the words in a text, such as the output of a command.
func wantSaid(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in: %.10000s", w, text)
		}
	}
}

// wantLines compares progress with a pattern.
func wantLines(t *testing.T, lines []string, pattern string) {
	t.Helper()
	if got := strings.Join(lines, "\n"); !regexp.MustCompile("^" + pattern + "$").MatchString(got) {
		t.Errorf("progress is\n%s\nwant\n%s", got, pattern)
	}
}

// wantNoSecrets expects that no message contains the API token or a signature, and that no request for a file has the
// API token.
func wantNoSecrets(t *testing.T, told acctest.Invocation, fake *fakevantage.Server) {
	t.Helper()
	for _, text := range slices.Concat(told.Lines, told.Errors(), told.Warnings()) {
		if strings.Contains(text, acctest.APIToken) || strings.Contains(text, "X-") {
			t.Errorf("the message is %q", text)
		}
	}
	for _, r := range fake.Requests() {
		if isFile(r) && strings.Contains(fmt.Sprint(r.Header), acctest.APIToken) {
			t.Errorf("%s was requested with %v", r.Path, r.Header)
		}
	}
}

// wantFiles expects exactly these files in a directory.
func wantFiles(t *testing.T, directory string, names ...string) {
	t.Helper()
	if there := filesIn(t, directory); !slices.Equal(there, names) {
		t.Errorf("%s has the files %v, want %v", directory, there, names)
	}
}

func filesIn(t testing.TB, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// numberOfFiles returns how many URLs are stored. It fails the test if the list is null.
func numberOfFiles(t *testing.T, s acctest.State) int {
	t.Helper()
	found, _, err := tftypes.WalkAttributePath(s.Value,
		tftypes.NewAttributePath().WithAttributeName("manifest").WithAttributeName("files"))
	files, ok := found.(tftypes.Value)
	var urls []tftypes.Value
	if err != nil || !ok || files.IsNull() || files.As(&urls) != nil {
		t.Fatalf("there is no list of files: %v %v", found, err)
	}
	return len(urls)
}
