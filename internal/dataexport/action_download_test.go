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

// onFile answers requests for one file of an export, by its number.
func onFile(number int, h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if strings.HasSuffix(r.Path, fmt.Sprintf("%03d.csv", number)) {
			return h
		}
		return nil
	}
}

func TestActionSaysWhatWasWritten(t *testing.T) {
	t.Parallel()
	const first = "unit_costs-001.csv (1.0 kB)"
	for name, test := range map[string]struct {
		trouble http.HandlerFunc
		stop    time.Duration
		took    time.Duration
		says    []string
	}{
		"expired": {
			trouble: later(403),
			took:    2 * time.Second,
			says: []string{
				"The server of unit_costs-002.csv answers with 403 Forbidden, and the API has no URL that it takes",
				first,
			},
		},
		"gone": {
			trouble: later(404),
			took:    2 * time.Second,
			says:    []string{"The server of unit_costs-002.csv answers with 404 Not Found", first},
		},
		"redirect to http": {trouble: fakevantage.Redirect("http://files.example"), says: []string{"unit_costs-002.csv " +
			"cannot be downloaded", "redirects to a URL that is not one of https"}},
		"timed out": {trouble: fakevantage.Hang, took: 30 * time.Minute, says: []string{"time allowed ran out " +
			"before unit_costs-002.csv was there in full", "The last failure before: unreachable: nothing came for " +
			"30s", first, "`invoke`"}},
		"interrupted": {
			trouble: fakevantage.Hang,
			stop:    10 * time.Second,
			took:    10 * time.Second,
			says:    []string{"Interrupted before unit_costs-002.csv was there in full", first},
		},
		"no name for it": {trouble: nil, took: 0, says: []string{"unit_costs-002.csv could not be written " +
			"to", "nothing else has the name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakevantage.Options{RetryAfter: "0", Files: 2, FileSize: 1000, Misbehave: onFile(2, test.trouble)}
			inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				directory, start := t.TempDir(), time.Now()
				var mine []string
				if test.trouble == nil {
					mine = []string{"unit_costs-002.csv"}
					if err := os.MkdirAll(filepath.Join(directory, mine[0], "mine"), 0o700); err != nil {
						t.Fatal(err)
					}
				}
				if test.stop > 0 {
					time.AfterFunc(test.stop, p.Stop)
				}
				told := p.Invoke(t.Context(), withDirectory(directory))
				wantWords(
					t,
					told.Errors(),
					append(
						test.says,
						"Could not download unit cost export",
						"The export dta_xprt_",
						"is completed and valid until",
						`token = "dta_xprt_`,
					)...)
				if took := time.Since(start); took != test.took {
					t.Errorf("took %s", took)
				}
				there := filesIn(t, directory)
				whole := slices.DeleteFunc(slices.Clone(there), func(name string) bool { return slices.Contains(mine, name) })
				if len(whole) > 1 ||
					len(whole) == 1 != strings.Contains(told.Errors()[0], "Already in "+directory+", in full: "+first) {
					t.Errorf("there are %v, and it says %v", there, told.Errors())
				}
				wantNoSecrets(t, told, fake)
			})
		})
	}
}

// later answers with a status after a second.
func later(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Second)
		fakevantage.HTML(status)(w, r)
	}
}

func TestActionTellsOfRetries(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{RetryAfter: "0", Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if strings.HasPrefix(r.Path, "/files/") && r.Nth == 1 {
			return fakevantage.Answer(503, "", "Retry-After: 15")
		}
		return nil
	}}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, _ *fakevantage.Server) {
		told := p.Invoke(t.Context(), withDirectory(t.TempDir()))
		wantLines(
			t,
			told.Lines,
			".*accepted.*",
			".*completed.*",
			`unit_costs-001\.csv is interrupted at 0 B and tried again in 15s: 503 Service Unavailable`,
			".*has arrived.*",
			"Downloaded 1 file of .*",
		)
	})
}

func TestActionTellsOfFreshURLs(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{RetryAfter: "0", Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if strings.HasPrefix(r.Path, "/files/") && strings.Contains(r.Query, "X-Nonce=1&") {
			return fakevantage.HTML(403)
		}
		return nil
	}}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		told := p.Invoke(t.Context(), withDirectory(t.TempDir()))
		wantLines(t, told.Lines, ".*accepted.*", ".*completed.*",
			`The URL of unit_costs-001\.csv is refused \(403 Forbidden\)\. The API is asked for fresh ones of all files\.`,
			".*has arrived.*", "Downloaded 1 file of .*")
		if posts, gets := fake.Posts(), fake.Gets(); posts != 1 || gets != 2 {
			t.Errorf("%d POSTs and %d GETs", posts, gets)
		}
	})
}
