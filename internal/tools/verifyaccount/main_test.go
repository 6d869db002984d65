package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/fakevantage/recorded"
)

func env(name string) string {
	return map[string]string{
		"VANTAGE_API_TOKEN":               acctest.APIToken,
		"VANTAGE_COST_REPORT_TOKEN":       recorded.Report,
		"VANTAGE_WORKSPACE_TOKEN":         "wrkspc_1",
		"VANTAGE_KUBERNETES_REPORT_TOKEN": recorded.Report,
	}[name]
}

var (
	secrets = regexp.MustCompile(`://|X-Amz-Signature|[a-z]+_[0-9a-f]{4,}|wrkspc|Unit-Costs|exports-bucket`)
	gap     = regexp.MustCompile(` {2,}`)
)

// verify runs the program for one export type in virtual time. The outcome and the marks of the table must be as
// wanted, and nothing that is printed may be a secret. It returns the marks by property, a blank mark as "".
func verify(t *testing.T, k kind, network http.RoundTripper, outcome string, want map[string]string) map[string]string {
	t.Helper()
	var table, progress strings.Builder
	if err := run(t.Context(), env, []kind{k}, network, &table, log.New(&progress, "", 0)); err != nil {
		t.Error(err)
	}
	if secret := secrets.FindString(table.String() + progress.String()); secret != "" {
		t.Errorf("%q is printed, with the progress %s", secret, progress.String())
	}
	if !strings.Contains(table.String(), k.name+": "+outcome+"\n") {
		t.Errorf("the table lacks %q", outcome)
	}
	marks := map[string]string{}
	for line := range strings.Lines(table.String()) {
		if columns := gap.Split(line, -1); len(columns) > 2 {
			marks[columns[1]] = columns[0]
		}
	}
	for property, mark := range want {
		if got, ok := marks[property]; !ok || got != mark {
			t.Errorf("%q is marked with %q (%v), want %q", property, got, ok, mark)
		}
	}
	if t.Failed() {
		t.Log(table.String())
	}
	return marks
}

func TestRun_assumesTheRecordedExchanges(t *testing.T) {
	t.Parallel()
	asRecorded := map[string]recorded.Kind{
		"unit costs": {Path: "/v2/unit_costs/data_exports", ExportType: "unit_costs"},
		"costs":      {Path: "/v2/costs/data_exports", ExportType: "cost_report"},
		"Kubernetes efficiency": {
			Path: "/v2/kubernetes_efficiency_reports/data_exports", ExportType: "kubernetes_efficiency_report",
		},
	}
	for _, k := range kinds(env) {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &recorded.API{T: t, Kind: asRecorded[k.name], Took: 90 * time.Second, Expires: 86400}
				marks := verify(t, k, api, "created, polled and downloaded", nil)
				for property, mark := range marks {
					if mark != "" && mark != "?" {
						t.Errorf("%q is marked with %q", property, mark)
					}
				}
				if len(marks) < 30 {
					t.Errorf("%d properties", len(marks))
				}
			})
		})
	}
}

func TestRun_marksDifferences(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options fakevantage.Options
		outcome string
		marks   map[string]string
	}{
		"other format": {
			options: fakevantage.Options{
				RelativeLocation: true,
				ReadyAfter:       time.Minute,
				ReadyAfterPolls:  1,
				RetryAfter:       fakevantage.Date,
				PendingBody:      true,
				Files:            2,
				Limit:            7,
				Window:           24 * time.Hour,
				ValidFor:         time.Hour,
			},
			outcome: "created, polled and downloaded",
			marks: map[string]string{
				"POST: Location":                        "!",
				"POST: body":                            "!",
				"POST: Content-Type":                    "!",
				"POST: Retry-After":                     "!",
				"POST: x-rate-limit-limit":              "!",
				"POST: x-rate-limit-reset":              "!",
				"GET while pending: body":               "!",
				"time from completed_at to valid_until": "!",
				"files":                                 "!",
				"URL: location":                         "!",
				"URL: X-Amz-Date":                       "!",
				"URL: X-Amz-Security-Token":             "!",
			},
		},
		"not in the plan of the account": {
			options: fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
				return fakevantage.Errors(402, "CostReport "+recorded.Report+" needs another plan")
			}},
			outcome: "not created: 402 Payment Required",
			marks:   map[string]string{"POST: status": "!", "POST: Location": "-", "files": "-", "file: status": "-"},
		},
		"a failed export": {
			options: fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.Method == http.MethodGet {
					const failed = `{"status":"failed","errors":["rprt_1234 has no business metric"],"https://x/":1}`
					return fakevantage.Answer(200, failed)
				}
				return nil
			}},
			outcome: "created, not completed: export failed",
			marks: map[string]string{
				"POST: status": "", "GET when completed: members": "!", "URL: location": "-",
				"URL: new signature at each GET": "-", "file: status": "-",
			},
		},
		"ready at once, download rejected": {
			options: fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if strings.HasPrefix(r.Path, "/files/") {
					return fakevantage.Answer(403, "<Error/>")
				}
				return nil
			}},
			outcome: "completed, not downloaded: 403 Forbidden",
			marks: map[string]string{
				"GET while pending: status": "-", "GET while pending: body": "-",
				"URL: new signature at each GET": "?", "file: status": "!",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test.options.APIToken = acctest.APIToken
				fake := acctest.NewFake(t, test.options)
				verify(t, kinds(env)[0], fake.Transport(), test.outcome, test.marks)
				if fake.Posts() != 1 {
					t.Errorf("%d exports were created", fake.Posts())
				}
			})
		})
	}
}

func TestRun_needsAnAccount(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	err := run(t.Context(), func(string) string { return "" }, nil, nil, &out, log.New(&out, "", 0))
	if err == nil || !strings.Contains(err.Error(), "VANTAGE_COST_REPORT_TOKEN") || out.Len() > 0 {
		t.Errorf("%v %s", err, out.String())
	}
}

func TestRun_interrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "60"})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Minute, cancel)
		err := run(ctx, env, kinds(env)[:1], fake.Transport(), io.Discard, log.New(io.Discard, "", 0))
		if err == nil || err.Error() != "interrupted" {
			t.Error(err)
		}
	})
}
