package vantage_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// passing are the troubles that pass.
var passing = map[string]http.HandlerFunc{
	"500":             fakevantage.Errors(500, "internal error"),
	"502 from proxy":  fakevantage.HTML(502),
	"503":             fakevantage.HTML(503),
	"503 with a wait": fakevantage.Answer(503, "", "Retry-After: 12"),
	"504":             fakevantage.HTML(504),
	"429":             fakevantage.Errors(429, "slow down"),
	"429 with a wait": fakevantage.Answer(429, "", "Retry-After: 7"),
	"reset":           fakevantage.Reset,
	"hang":            fakevantage.Hang,
	"cut off":         fakevantage.CutOff,
}

func TestTroublesThatPassDoNotFailAnExport(t *testing.T) {
	t.Parallel()
	for name, trouble := range passing {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
					fake := fakevantage.New(fakevantage.Options{ReadyAfter: time.Minute, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
						if r.Method == method && r.Nth <= 3 {
							return trouble
						}
						return nil
					}})
					done, err := export(ctx, newClient(t, fake))
					if err != nil || !done.Completed() {
						t.Errorf("%+v, %v", done, err)
					}
				})
			})
		}
	}
	t.Run("HTML on a GET", func(t *testing.T) {
		t.Parallel()
		within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.Method == http.MethodGet && r.Nth <= 3 {
					return fakevantage.HTML(200)
				}
				return nil
			}})
			if _, err := export(ctx, newClient(t, fake)); err != nil {
				t.Error(err)
			}
			wantRequests(t, fake, 1, 4)
		})
	})
	t.Run("not found at first", func(t *testing.T) {
		t.Parallel()
		within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{RetryAfter: "0", Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if r.Method == http.MethodGet && r.Nth <= 2 {
					return fakevantage.Errors(404, "not found")
				}
				return nil
			}})
			if _, err := export(ctx, newClient(t, fake)); err != nil {
				t.Error(err)
			}
			wantRequests(t, fake, 1, 3)
		})
	})
}

func TestTroublesThatStayAreNamedAtTheTimeout(t *testing.T) {
	t.Parallel()
	said := map[string]string{
		"500": "internal error", "502 from proxy": "502 Bad Gateway", "503": "503", "503 with a wait": "503", "504": "504",
		"429": "429", "429 with a wait": "429", "reset": "connection reset", "hang": "no answer within the request timeout of 30s", "cut off": "cut off",
	}
	for name, trouble := range passing {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				within(t, 5*time.Minute, func(t *testing.T, ctx context.Context) {
					fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
						if r.Method == method {
							return trouble
						}
						return nil
					}})
					start := time.Now()
					_, err := export(ctx, newClient(t, fake))
					e := wantKind(t, err, vantage.TimedOut)
					if !strings.Contains(e.Error(), said[name]) {
						t.Errorf("%v does not say %q", e, said[name])
					}
					if method == http.MethodGet && e.Token == "" {
						t.Errorf("%v does not name the export", e)
					}
					if took := time.Since(start); took > 5*time.Minute+30*time.Second || took < 4*time.Minute {
						t.Errorf("took %s", took)
					}
					if n := len(fake.Requests()); n > 45 {
						t.Errorf("%d requests in five minutes", n)
					}
				})
			})
		}
	}
}

func TestRefusalsEndAtOnceWithAllTheServersWords(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 402, 403, 404, 409, 422} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			t.Run(http.StatusText(status)+" "+method, func(t *testing.T) {
				t.Parallel()
				within(t, time.Hour, func(t *testing.T, ctx context.Context) {
					fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
						if r.Method == method {
							return fakevantage.Errors(status, "first", "second")
						}
						return nil
					}})
					start := time.Now()
					_, err := export(ctx, newClient(t, fake))
					e := wantKind(t, err, vantage.Rejected)
					if e.StatusCode != status || strings.Join(e.Messages, ",") != "first,second" || e.Method != method {
						t.Errorf("%+v", e)
					}
					if grace := 17 * time.Second; time.Since(start) > grace {
						t.Errorf("took %s", time.Since(start))
					}
				})
			})
		}
	}
}

func TestTheServersWordsAreMadeFitToShow(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 1000)
	for body, want := range map[string]string{
		`{"errors":["a","b"]}`:        "a|b",
		`{"errors":"one"}`:            "one",
		`{"error":"e","message":"m"}`: "e|m",
		`{"errors":[{"code":1}]}`:     `[{"code":1}]`,
		`{"errors":[]}`:               "",
		`{}`:                          "",
		`null`:                        "",
		``:                            "",
		"<h1>Bad\n\tgateway</h1>":     "<h1>Bad gateway</h1>",
		`{"errors":["red \u001b[31m\u0007\u202e\u0000 alert"]}`:                 "red [31m alert",
		`{"errors":["bad token ` + apiToken + `!"]}`:                            "bad token (API token)!",
		`{"errors":["see https://f.example/a.csv?X-Signature=abc&x=1 please"]}`: "see https://f.example/a.csv?(query removed) please",
		`{"errors":["` + long + `"]}`:                                           long[:400] + "…",
		"\xff\xfe\x00broken":                                                    "broken",
	} {
		t.Run(body[:min(20, len(body))], func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
					return fakevantage.Answer(400, body)
				}})
				_, err := export(ctx, newClient(t, fake))
				if got := strings.Join(wantKind(t, err, vantage.Rejected).Messages, "|"); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		})
	}
}

func TestA404AfterTheFirstSecondsIsTheEnd(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{RetryAfter: "60"})
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
				if r.Method == http.MethodGet {
					return fakevantage.Errors(404, "gone")
				}
				return nil
			}
		})
		_, err := export(ctx, newClient(t, fake))
		if e := wantKind(t, err, vantage.Rejected); !e.NotFound() {
			t.Error(e)
		}
		wantRequests(t, fake, 1, 1)
	})
}

func TestAnEndlessAnswerIsRefusedInFlatMemory(t *testing.T) {
	t.Parallel()
	// Not through the fake, which has no network to stream over here.
	var read int64
	client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
		o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			body := io.LimitReader(zeros{&read}, 500<<20)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), Request: r}, nil
		})
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := client.GetDataExport(t.Context(), "tok_1")
	runtime.ReadMemStats(&after)
	wantKind(t, err, vantage.Malformed)
	if read > 9<<20 {
		t.Errorf("%d bytes of the answer were read", read)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
}

type zeros struct{ read *int64 }

func (z zeros) Read(p []byte) (int, error) { *z.read += int64(len(p)); return len(p), nil }

func TestALimitThatOutlastsTheTimeoutFailsAtOnce(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"Retry-After": fakevantage.Answer(429, "", "Retry-After: 3000"),
		"reset":       fakevantage.Answer(429, "", "X-Rate-Limit-Limit: 1000", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 946687800"), // 50 minutes into the bubble
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return answer }})
				start := time.Now()
				_, err := export(ctx, newClient(t, fake))
				e := wantKind(t, err, vantage.TimedOut)
				if time.Since(start) > time.Second || !strings.Contains(e.Error(), "50m0s") || !strings.Contains(e.Error(), "30m0s") {
					t.Errorf("%v after %s", e, time.Since(start))
				}
				wantRequests(t, fake, 1, 0)
			})
		})
	}
}

func TestOddRateLimitHeadersAreIgnored(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]string{
		"no number":     {"X-Rate-Limit-Limit: many", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 946687800"},
		"past":          {"X-Rate-Limit-Limit: 1000", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 1"},
		"absurd":        {"X-Rate-Limit-Limit: 1000", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 99999999999"},
		"overflow":      {"X-Rate-Limit-Limit: 1000", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 9223372036854775807"},
		"no reset":      {"X-Rate-Limit-Limit: 1000", "X-Rate-Limit-Remaining: 0"},
		"no limit":      {"X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 946687800"},
		"contradictory": {"X-Rate-Limit-Limit: 5", "X-Rate-Limit-Remaining: 6", "X-Rate-Limit-Reset: 946687800"},
		"negative":      {"X-Rate-Limit-Limit: 5", "X-Rate-Limit-Remaining: -1", "X-Rate-Limit-Reset: 946687800"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Limits: []fakevantage.RouteLimit{}, Misbehave: func(fakevantage.Request) http.HandlerFunc {
					return fakevantage.Answer(202, "", append(headers, "Location: /v2/data_exports/tok_1")...)
				}})
				client := newClient(t, fake)
				start := time.Now()
				for range 3 {
					if _, err := client.GetDataExport(ctx, "tok_1"); err != nil {
						t.Fatal(err)
					}
				}
				if time.Since(start) > 0 {
					t.Errorf("took %s", time.Since(start))
				}
			})
		})
	}
}

func TestTheFirstRequestOfAWindowGoesAlone(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Latency: time.Second, Limit: 4, Window: time.Minute})
		client := newClient(t, fake)
		start := time.Now()
		tenAtATime(func() { _, _ = client.CreateUnitCostExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"}) })
		at := map[time.Duration]int{}
		for _, r := range fake.Requests() {
			at[r.Time.Sub(start).Round(time.Second)]++
		}
		if at[0] != 1 || at[time.Second] != 3 || at[time.Minute] != 1 || at[61*time.Second] != 3 || fake.Refused() != 0 {
			t.Errorf("requests went out at %v", at)
		}
	})
}

// Two hundred exports at once, and a server that does everything wrong that passes.
func TestSoak(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const exports = 200
		var mu sync.Mutex
		random := rand.New(rand.NewPCG(3, 4))
		troubles := []http.HandlerFunc{
			fakevantage.Errors(500, "oops"), fakevantage.HTML(502), fakevantage.HTML(503), fakevantage.Reset, fakevantage.Hang,
			fakevantage.CutOff, fakevantage.Errors(429, "slow down"), fakevantage.Answer(429, "", "Retry-After: 3"),
		}
		fake := fakevantage.New(fakevantage.Options{
			ReadyAfter: time.Minute, Latency: 20 * time.Millisecond, Limit: 300, Window: 5 * time.Minute,
			Misbehave: func(fakevantage.Request) http.HandlerFunc {
				mu.Lock()
				defer mu.Unlock()
				if random.IntN(4) == 0 {
					return troubles[random.IntN(len(troubles))]
				}
				return nil
			},
		})
		client := newClient(t, fake)
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		var group sync.WaitGroup
		tokens := make(chan string, exports)
		for range exports {
			group.Go(func() {
				done, err := export(ctx, client)
				if err != nil {
					t.Error(err)
					return
				}
				tokens <- done.Token
			})
		}
		group.Wait()
		close(tokens)
		seen, known := map[string]bool{}, fake.Exports()
		for token := range tokens {
			if e, ok := known[token]; !ok || seen[token] || e.CompletedAt.IsZero() {
				t.Errorf("%s: known %v, seen before %v, %+v", token, ok, seen[token], e)
			}
			seen[token] = true
		}
		if len(seen) != exports {
			t.Errorf("%d of %d exports finished", len(seen), exports)
		}
		t.Logf("%d requests, %d refused", len(fake.Requests()), fake.Refused())
		// The bubble itself fails the test when a goroutine is left behind.
	})
}

func TestABodyThatCannotBeReadDoesNotLoseTheExport(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]io.Reader{
		"cut off": io.MultiReader(strings.NewReader(`{"token":`), failing{}),
		"endless": io.LimitReader(zeros{new(int64)}, 100<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			posts := 0
			client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
				o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
					posts++
					header := http.Header{"Location": {"/v2/data_exports/tok_1"}}
					return &http.Response{StatusCode: 202, Header: header, Body: io.NopCloser(body), Request: r}, nil
				})
			})
			created, err := client.CreateUnitCostExport(t.Context(), vantage.UnitCostExportRequest{CostReportToken: "r"})
			if err != nil || created.Token != "tok_1" || posts != 1 {
				t.Errorf("%+v, %v after %d POSTs", created, err, posts)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// In real time, unlike in virtual, a moment passes between two looks at the clock.
func TestATimeoutInRealTimeBlamesNobodyForAskingAWait(t *testing.T) {
	t.Parallel()
	for name, misbehave := range map[string]http.HandlerFunc{"dead": fakevantage.Reset, "pending": fakevantage.Answer(202, "")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return misbehave }})
			_, err := newClient(t, fake).WaitForDataExport(ctx, &vantage.DataExport{Token: "tok_1"}, nil)
			e := wantKind(t, err, vantage.TimedOut)
			if strings.Contains(e.Error(), "longer than") || time.Since(start) < 100*time.Millisecond {
				t.Errorf("%v after %s", e, time.Since(start))
			}
		})
	}
}

func TestAnAnswerOfAProxyDoesNotUndoTheLimit(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		start := time.Now()
		fake := fakevantage.New(fakevantage.Options{Latency: 10 * time.Millisecond, Limit: 5, Window: 5 * time.Second})
		client := newClient(t, fake)
		var once sync.Once
		fake.Change(func(o *fakevantage.Options) {
			o.Misbehave = func(fakevantage.Request) (h http.HandlerFunc) {
				if time.Since(start) > 5*time.Second {
					once.Do(func() {
						h = func(w http.ResponseWriter, r *http.Request) {
							for _, name := range []string{"Limit", "Remaining", "Reset"} {
								w.Header().Del("X-Rate-Limit-" + name)
							}
							fakevantage.HTML(502)(w, r)
						}
					})
				}
				return h
			}
		})
		jobs := make(chan int, 40)
		for i := range 40 {
			jobs <- i
		}
		close(jobs)
		tenAtATime(func() {
			for range jobs {
				if _, err := client.CreateUnitCostExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"}); err != nil {
					t.Error(err)
				}
			}
		})
		if fake.Refused() > 2 {
			t.Errorf("%d of %d requests were refused", fake.Refused(), len(fake.Requests()))
		}
	})
}

func TestRequestsThatHangDoNotHoldUpTheNextWindow(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Limit: 5, Window: 5 * time.Second, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if r.N > 1 && r.N <= 5 {
				return fakevantage.Hang
			}
			return nil
		}})
		client := newClient(t, fake)
		start := time.Now()
		tenAtATime(func() {
			_, _ = client.CreateUnitCostExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"})
		})
		all := fake.Requests()
		if at := all[5].Time.Sub(start); at > 6*time.Second {
			t.Errorf("the sixth request went out after %s", at)
		}
	})
}

func TestTheAPITokenIsTakenOutOfWhatGoesToTheState(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
			return fakevantage.Answer(200, `{"status":"pending","export_type":"`+apiToken+`","attributes":{"by":"`+apiToken+`"}}`)
		}})
		e, err := newClient(t, fake).GetDataExport(ctx, "tok_1")
		if err != nil || e.ExportType != "(API token)" || e.Attributes["by"] != "(API token)" {
			t.Errorf("%+v, %v", e, err)
		}
	})
}
