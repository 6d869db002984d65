package main

import (
	"context"
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

var secrets = regexp.MustCompile(`://|X-Amz-Signature|[a-z]+_[0-9a-f]{4,}|wrkspc|Unit-Costs|exports-bucket`)

// verify runs the program for one export type in virtual time and returns its table, which must not show a secret.
func verify(t *testing.T, ctx context.Context, k kind, network http.RoundTripper, wantErr string) string {
	t.Helper()
	var out, progress strings.Builder
	err := run(ctx, env, []kind{k}, network, &out, log.New(&progress, "", 0))
	if wantErr == "" && err != nil || wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)) {
		t.Errorf("the error is %v, want %q", err, wantErr)
	}
	for _, text := range []string{out.String(), progress.String()} {
		if secret := secrets.FindString(text); secret != "" {
			t.Errorf("%q is in\n%s", secret, text)
		}
	}
	return out.String()
}

// marks returns the marks of the rows by property, a blank mark as "".
func marks(table string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(table) {
		if columns := regexp.MustCompile(` {2,}`).Split(line, -1); len(columns) > 2 {
			out[columns[1]] = columns[0]
		}
	}
	return out
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
				table := verify(t, t.Context(), k, api, "")
				if !strings.Contains(table, k.name+": created, polled and downloaded") {
					t.Errorf("the table is\n%s", table)
				}
				for assumption, mark := range marks(table) {
					if mark != "" && mark != "?" {
						t.Errorf("%q is marked with %q in\n%s", assumption, mark, table)
					}
				}
				if n := len(marks(table)); n < 30 {
					t.Errorf("%d assumptions", n)
				}
			})
		})
	}
}

func TestRun_marksDifferences(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options fakevantage.Options
		says    string
		marks   map[string]string
	}{
		"other format": {
			options: fakevantage.Options{
				Created:         fakevantage.RelativeLocation,
				ReadyAfter:      time.Minute,
				ReadyAfterPolls: 1,
				RetryAfter:      fakevantage.Date,
				PendingBody:     true,
				Files:           2,
				Limit:           7,
				Window:          24 * time.Hour,
				ValidFor:        time.Hour,
			},
			says: "created, polled and downloaded",
			marks: map[string]string{
				"POST: status":                          "",
				"POST: Location":                        "!",
				"POST: body":                            "!",
				"POST: Content-Type":                    "!",
				"POST: Retry-After":                     "!",
				"POST: x-rate-limit-limit":              "!",
				"POST: x-rate-limit-reset":              "!",
				"GET while pending: Location":           "",
				"GET while pending: body":               "!",
				"time from completed_at to valid_until": "!",
				"files":                                 "!",
				"URL: location":                         "!",
				"URL: X-Amz-Date":                       "!",
				"URL: X-Amz-Security-Token":             "!",
				"URL: new signature at each GET":        "?",
				"file: status":                          "",
				"file: content":                         "",
			},
		},
		"ready at once": {
			says: "created, polled and downloaded",
			marks: map[string]string{
				"GET while pending: status": "-", "GET while pending: body": "-", "file: resumable": "",
			},
		},
		"not in the plan of the account": {
			options: fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
				return fakevantage.Errors(402, "CostReport "+recorded.Report+" needs another plan")
			}},
			says:  "not created: 402 Payment Required",
			marks: map[string]string{"POST: status": "!", "POST: Location": "-", "files": "-", "file: status": "-"},
		},
		"a failed export": {
			options: fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.Method == http.MethodGet {
					const failed = `{"status":"failed","errors":["rprt_1234 has no business metric"],"https://x/":1}`
					return fakevantage.Answer(200, failed)
				}
				return nil
			}},
			says:  "created, not completed: export failed",
			marks: map[string]string{"POST: status": "", "GET when completed: members": "!", "file: status": "-"},
		},
		"rejected download": {
			options: fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if strings.HasPrefix(r.Path, "/files/") {
					return fakevantage.Answer(403, "<Error/>")
				}
				return nil
			}},
			says:  "completed, not downloaded: 403 Forbidden",
			marks: map[string]string{"file: status": "!", "URL: new signature at each GET": "?"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test.options.APIToken = acctest.APIToken
				fake := acctest.NewFake(t, test.options)
				table := verify(t, t.Context(), kinds(env)[0], fake.Transport(), "")
				if !strings.Contains(table, "unit costs: "+test.says) {
					t.Errorf("the table lacks %q", test.says)
				}
				got := marks(table)
				for assumption, want := range test.marks {
					if mark, ok := got[assumption]; !ok || mark != want {
						t.Errorf("%q is marked with %q (%v), want %q", assumption, mark, ok, want)
					}
				}
				if t.Failed() {
					t.Log(table)
				}
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
		verify(t, ctx, kinds(env)[0], fake.Transport(), "interrupted")
	})
}
