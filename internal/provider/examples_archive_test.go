package provider_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// A year with an API that forgets each export within a month: every month is exported once, and kept.
func TestArchive(t *testing.T) {
	t.Parallel()
	var rejects atomic.Bool
	api := acctest.Start(t, fakevantage.Options{
		RetryAfter: "0",
		Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if rejects.Load() && strings.HasPrefix(r.Path, "/files/") {
				return fakevantage.HTML(http.StatusForbidden)
			}
			return nil
		},
	})
	cli := acctest.NewAttachedCLI(t, api, "examples/archive", "TF_VAR_cost_report_token=rprt_1", "TF_VAR_start=2023-11")
	// The state is as old as the API's exports, and the API has forgotten them.
	at := func(now string) int {
		twoDaysPass(api, cli)
		forgetAll(api)
		cli.Setenv("TF_VAR_now", now)
		return len(api.Requests())
	}
	var kept []string // months

	cli.Setenv("TF_VAR_now", "2024-01-05T23:59:59Z")
	apply(t, cli)
	kept = append(kept, "2023-11")
	for n := range 13 {
		due := time.Date(2024, time.Month(1+n), 6, 0, 0, 0, 0, time.UTC) // five days after the end of the month before
		if n%4 == 1 {
			requests := at(due.Add(-time.Second).Format(time.RFC3339))
			cli.WantEmptyPlan()
			if made := len(api.Requests()) - requests; made != 0 {
				t.Errorf("a plan before %s sends %d requests", due, made)
			}
		}
		requests := at(due.Format(time.RFC3339))
		out := cli.MustRun("apply", "-auto-approve", "-no-color")
		first := due.AddDate(0, -1, -5)
		kept = append(kept, first.Format("2006-01"))
		if !strings.Contains(out, "Plan: 2 to add, 0 to change, 0 to destroy.") {
			t.Errorf("at %s the apply does more than add a month: %s", due, out)
		}
		want := fmt.Sprintf(`{"cost_report_token":"rprt_1","start_date":%q,"end_date":%q}`,
			first.Format(time.DateOnly), due.AddDate(0, 0, -6).Format(time.DateOnly))
		if body := lastPost(api); body != want || api.Posts() != 2+n {
			t.Errorf("at %s %d exports, the last one with %s, want %d and %s", due, api.Posts(), body, 2+n, want)
		}
		wantOnlyNewExports(t, api, requests)
	}
	wantMonths(t, cli, kept)

	// A download that fails, and can only succeed with a new export.
	at("2025-02-06T00:00:00Z")
	rejects.Store(true)
	if out, ok := cli.Run("apply", "-auto-approve", "-no-color"); ok || !strings.Contains(out, `month["2025-01"]`) {
		t.Errorf("the apply succeeds without the file, or does not say for which month: %s", out)
	}
	rejects.Store(false)
	requests := at("2025-02-08T00:00:00Z")
	// With a later start, months leave the state, and files stay.
	apply(t, cli, `-replace=vantage_unit_cost_export.month["2025-01"]`, "-var", "start=2024-12")
	wantOnlyNewExports(t, api, requests)
	wantMonths(t, cli, append(kept, "2025-01"))
	if api.Posts() != 16 {
		t.Errorf("%d exports, want 14 of the months until 2024, and 2 of January", api.Posts())
	}
}

// wantOnlyNewExports expects a request since the first ones only if it creates an export, or is about one that exists.
func wantOnlyNewExports(t *testing.T, api *acctest.API, since int) {
	t.Helper()
	for _, r := range api.Requests()[since:] {
		exists := func(token string) bool { return strings.Contains(r.Path, token) }
		if r.Method != http.MethodPost && !slices.ContainsFunc(tokens(api), exists) {
			t.Errorf("the request %s %s is about a finished month", r.Method, r.Path)
		}
	}
}

func tokens(api *acctest.API) []string {
	var all []string
	for token := range api.Exports() {
		all = append(all, token)
	}
	return all
}

// wantMonths expects one file in the directory of each month, and no other files.
func wantMonths(t *testing.T, cli *acctest.CLI, want []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cli.Dir, "exports", "*", "*.csv"))
	var found []string
	for _, file := range files {
		found = append(found, filepath.Base(filepath.Dir(file)))
	}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("files of %q, %v, want %q", found, err, want)
	}
}

// A new month adds an object and deletes none, and a later start cannot delete any.
func TestArchive_uploads(t *testing.T) {
	t.Parallel()
	for _, u := range uploads {
		t.Run(u.example, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
			store := acctest.NewObjectStore(t)
			u.example += "-archive"
			cli := u.runner(t, api, store)
			for n, now := range []string{"2025-01-06T00:00:00Z", "2025-02-06T00:00:00Z"} {
				cli.Setenv("TF_VAR_now", now)
				apply(t, cli)
				if api.Posts() != 2+n || store.Uploads() != 2+n {
					t.Errorf("%d exports and %d uploads, want %d", api.Posts(), store.Uploads(), 2+n)
				}
				twoDaysPass(api, cli)
				forgetAll(api)
			}
			for _, month := range []string{"2024-11", "2024-12", "2025-01"} {
				if store.Object(u.typeName, "finops", "unit-costs/"+month+".csv") == "" {
					t.Errorf("there is no object of %s", month)
				}
			}
			requests := len(api.Requests())
			cli = u.nextRunner(t, api, store, cli)
			cli.Setenv("TF_VAR_now", "2025-02-28T00:00:00Z")
			cli.WantEmptyPlan()
			out, ok := cli.Run("plan", "-no-color", "-var", "start=2024-12")
			if ok || !strings.Contains(out, `month["2024-11"]`) || !strings.Contains(out, "prevent_destroy") {
				t.Errorf("a later start is not prevented: %s", out)
			}
			if made := len(api.Requests()) - requests; made != 0 {
				t.Errorf("plans of finished months sent %d requests", made)
			}
		})
	}
}
