package vantage_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

func TestWait_withRetryAfterTakesOnePostAndOneGet(t *testing.T) {
	t.Parallel()
	for _, kind := range []fakevantage.RetryAfter{fakevantage.Exact, fakevantage.Date} {
		for _, ahead := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
			t.Run(string(kind)+" "+ahead.String(), func(t *testing.T) {
				t.Parallel()
				within(t, 2*time.Hour, func(t *testing.T, ctx context.Context) {
					fake := fakevantage.New(fakevantage.Options{ReadyAfter: 47 * time.Minute, RetryAfter: kind, ClockAhead: ahead})
					start := time.Now()
					if _, err := export(ctx, newClient(t, fake)); err != nil {
						t.Fatal(err)
					}
					if lag := time.Since(start) - 47*time.Minute; lag < 0 || lag > 2*time.Second {
						t.Errorf("the wait ended %s after the export was ready", lag)
					}
					wantRequests(t, fake, 1, 1)
				})
			})
		}
	}
}

func TestWait_withoutRetryAfterEarlierExportsTellWhenToPoll(t *testing.T) {
	t.Parallel()
	within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
		durations := []time.Duration{100, 200, 300, 400, 100, 200}
		readyIn := func(n int) time.Duration { return durations[n-1] * time.Second }
		fake := fakevantage.New(fakevantage.Options{ReadyIn: readyIn})
		client := newClient(t, fake)
		for n := range durations {
			before := len(fake.Requests())
			if _, err := export(ctx, client); err != nil {
				t.Fatal(err)
			}
			all := fake.Requests()[before:]
			at := all[1].Time.Sub(all[0].Time)
			if n > 0 && (at < 100*time.Second || at > 130*time.Second) {
				t.Errorf("export %d was polled first after %s, want when the first was completed", n, at)
			}
		}
	})
}

func TestWait_earlierExportsDelayAPollByTwoMinutesAtMost(t *testing.T) {
	t.Parallel()
	within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{ReadyIn: func(n int) time.Duration {
			return []time.Duration{10 * time.Minute, 5 * time.Second}[n-1]
		}})
		client := newClient(t, fake)
		for range 2 {
			if _, err := export(ctx, client); err != nil {
				t.Fatal(err)
			}
		}
		all := fake.Requests()
		if last := all[len(all)-2:]; last[0].Method != http.MethodPost || last[1].Time.Sub(last[0].Time) > 2*time.Minute {
			t.Errorf("polled %s after %s", last[1].Time.Sub(last[0].Time), last[0].Method)
		}
	})
}

func TestWait_maxPollInterval(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options fakevantage.Options
		least   time.Duration // until the second request
	}{
		"caps a Retry-After":     {fakevantage.AsRecorded(), 0},
		"caps the growing delay": {fakevantage.Options{ReadyAfter: time.Minute}, 0},
		"caps what an earlier export taught": {fakevantage.Options{ReadyIn: func(n int) time.Duration {
			return map[int]time.Duration{1: 55 * time.Second, 2: 3 * time.Second}[n]
		}}, 0},
		"does not override a 429": {
			fakevantage.Options{Misbehave: atFirst(1, http.MethodGet, later(429))}, 20 * time.Second,
		},
		"does not override a 503": {
			fakevantage.Options{Misbehave: atFirst(1, http.MethodGet, later(503))}, 20 * time.Second,
		},
		"does not override a limit": {
			fakevantage.Options{ReadyAfter: time.Minute, Limits: limited(100, 1, time.Minute)}, time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(test.options)
				client := newClient(t, fake, func(o *vantage.Options) { o.MaxPollInterval = 5 * time.Second })
				exports := 1
				if test.options.ReadyIn != nil {
					exports = 2
				}
				for range exports {
					if _, err := export(ctx, client); err != nil {
						t.Fatal(err)
					}
				}
				all := fake.Requests()
				for i := 2; i < len(all); i++ {
					got := all[i].Time.Sub(all[i-1].Time)
					if got < test.least || test.least == 0 && got > 5*time.Second {
						t.Errorf("polled after %s", got)
					}
				}
				if len(all) < 3 {
					t.Errorf("%d requests", len(all))
				}
			})
		})
	}
}

// The type and the age of an existing export are unknown.
func TestWait_existingExportsHaveNothingInCommonWithOthers(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{ReadyAfter: 10 * time.Minute})
		client := newClient(t, fake)
		if _, err := export(ctx, client); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct{ left, latest time.Duration }{
			{10 * time.Minute, 11 * time.Minute}, {2 * time.Second, 5 * time.Second}, {0, 0},
		} {
			start := time.Now()
			token := fake.Add(map[string]any{"cost_report_token": "rprt_1"}, start.Add(test.left-10*time.Minute))
			if _, err := client.WaitForDataExport(ctx, &vantage.DataExport{Token: token}, nil); err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(start); waited > test.latest {
				t.Errorf("an export that completes in %s was noticed after %s", test.left, waited)
			}
		}
	})
}

// later asks the client to come back after 20 s.
func later(status int) http.HandlerFunc { return fakevantage.Answer(status, "", "Retry-After: 20") }

func TestWait_withoutAValidRetryAfterDelaysGrowTo30Seconds(t *testing.T) {
	t.Parallel()
	for _, value := range []fakevantage.RetryAfter{
		"", "0", "-5", "soon", "86401", "Mon, 01 Jan 1990 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT",
	} {
		t.Run(string(value), func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{ReadyAfter: 10 * time.Minute, RetryAfter: value})
				if _, err := export(ctx, newClient(t, fake)); err != nil {
					t.Fatal(err)
				}
				all := fake.Requests()
				for i := 1; i < len(all); i++ {
					age := all[i-1].Time.Sub(all[0].Time)
					want := min(time.Second+age*3/10, 30*time.Second)
					if got := all[i].Time.Sub(all[i-1].Time); got > want || got < want*95/100 {
						t.Errorf("the delay at the age of %s was %s, want a little under %s", age, got, want)
					}
				}
			})
		})
	}
}

func TestWait_reportsEachDelay(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{ReadyAfterPolls: 2, RetryAfter: "7", PendingBody: true})
		client := newClient(t, fake)
		created, err := client.CreateDataExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"})
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		_, err = client.WaitForDataExport(ctx, created, func(p vantage.Progress) {
			told = append(told, p.Export.Token+" "+p.Export.Status+" "+p.Delay.Truncate(time.Second).String())
		})
		one := created.Token + " pending 7s"
		if err != nil || strings.Join(told, ";") != strings.Join([]string{one, one, one}, ";") {
			t.Errorf("%v, %v", told, err)
		}
	})
}

func TestWait_endsAtOnceWhenCanceled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		when     time.Duration
		response http.HandlerFunc
	}{
		"in a pause":   {90 * time.Second, later(202)},
		"in a request": {70 * time.Second, fakevantage.Hang},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				ctx, cancel := context.WithCancel(ctx)
				fake := fakevantage.New(fakevantage.Options{
					RetryAfter: "60", Latency: time.Second, Misbehave: always(http.MethodGet, test.response),
				})
				start := time.Now()
				time.AfterFunc(test.when, cancel)
				_, err := export(ctx, newClient(t, fake))
				e := wantKind(t, err, vantage.Interrupted)
				if e.Token == "" || time.Since(start) != test.when {
					t.Errorf("%v after %s", e, time.Since(start))
				}
			})
		})
	}
}

func TestCreate_isNotLostWhenCanceledInFlight(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		fake := fakevantage.New(fakevantage.Options{Latency: 10 * time.Second})
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		created, err := newClient(t, fake).CreateDataExport(ctx, vantage.UnitCostExportRequest{CostReportToken: "r"})
		if err != nil || created.Token == "" || time.Since(start) != 10*time.Second {
			t.Errorf("%+v, %v after %s", created, err, time.Since(start))
		}
		wantRequests(t, fake, 1, 0)
	})
}

func TestWait_pollsForTheLastTimeFiveSecondsBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		timeout time.Duration
		options fakevantage.Options
		polls   int
		done    bool
	}{
		"45 s for an export as recorded": {45 * time.Second, fakevantage.AsRecorded(), 1, true},
		"30 s for an export as recorded": {30 * time.Second, fakevantage.AsRecorded(), 1, false},
		"3 s for an export as recorded":  {3 * time.Second, fakevantage.AsRecorded(), 1, false},
		"3 s for an export of 1 s": {
			3 * time.Second, fakevantage.Options{ReadyAfter: time.Second, RetryAfter: "60"}, 1, true,
		},
		"an hour's Retry-After": {
			10 * time.Minute, fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "3600"}, 1, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, test.timeout, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(test.options)
				start := time.Now()
				last, err := export(ctx, newClient(t, fake))
				if test.done && err != nil {
					t.Fatal(err)
				}
				if !test.done {
					e := wantKind(t, err, vantage.TimedOut)
					if e.Token == "" || e.Token != last.Token || e.Status != "pending" || e.Waited > test.timeout {
						t.Errorf("%+v", e)
					}
				}
				wantRequests(t, fake, 1, test.polls)
				all := fake.Requests()
				want := test.timeout - 5*time.Second
				if at := all[len(all)-1].Time.Sub(start); test.timeout > 5*time.Second && at != want {
					t.Errorf("the last poll was after %s, want %s", at, want)
				}
			})
		})
	}
}

func TestWait_failsAtOnceIfTheNextPollWouldBeTooLate(t *testing.T) {
	t.Parallel()
	within(t, 4*time.Second, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{ReadyAfter: time.Hour})
		token := fake.Add(map[string]any{"cost_report_token": "r"}, time.Now())
		_, err := newClient(t, fake).WaitForDataExport(ctx, &vantage.DataExport{Token: token}, nil)
		const says = "failed at once, because its timeout of 4s is too short: the export is still pending"
		if e := wantKind(t, err, vantage.TimedOut); e.Timeout != 4*time.Second || !strings.Contains(e.Error(), says) {
			t.Errorf("%+v", e)
		}
		wantRequests(t, fake, 0, 1)
	})
}

func TestWait_finalStatuses(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"failed", "error", "Errored", "CANCELED", "cancelled", "expired"} {
		for _, code := range []int{200, 202} {
			t.Run(status, func(t *testing.T) {
				t.Parallel()
				within(t, time.Hour, func(t *testing.T, ctx context.Context) {
					final := fakevantage.Answer(code, `{"status":"`+status+`","errors":["out of cheese"],"manifest":null}`)
					fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodGet, final)})
					_, err := export(ctx, newClient(t, fake))
					e := wantKind(t, err, vantage.ExportFailed)
					if e.Status != status || strings.Join(e.Messages, "") != "out of cheese" || e.Token == "" {
						t.Errorf("%+v", e)
					}
					wantRequests(t, fake, 1, 1)
				})
			})
		}
	}
	for _, body := range []string{
		`{"status":"processing"}`, `{"status":"Queued","manifest":{"files":["https://x"]}}`, `{"status":""}`,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				pending := atFirst(2, http.MethodGet, fakevantage.Answer(200, body))
				fake := fakevantage.New(fakevantage.Options{Misbehave: pending})
				if _, err := export(ctx, newClient(t, fake)); err != nil {
					t.Error(err)
				}
				wantRequests(t, fake, 1, 3)
			})
		})
	}
}

func TestManifest_isValidated(t *testing.T) {
	t.Parallel()
	const noFiles, noList = "files is missing", "files must be a list of strings"
	for name, test := range map[string]struct{ body, wrong string }{
		"as documented": {
			`{"status":"completed","manifest":{"files":["https://x/1.csv"],"completed_at":null,"valid_until":null}}`, "",
		},
		"no files": {`{"status":"Completed","manifest":{"files":[]}}`, ""},
		"attributes that are a list": {
			`{"status":"completed","manifest":{"files":["https://x"]},"attributes":[1]}`, "",
		},
		"the manifest is null":   {`{"status":"completed","manifest":null}`, noFiles},
		"no manifest":            {`{"status":"completed"}`, noFiles},
		"an empty manifest":      {`{"status":"completed","manifest":{}}`, noFiles},
		"files are null":         {`{"status":"completed","manifest":{"files":null}}`, noFiles},
		"files are a string":     {`{"status":"completed","manifest":{"files":"https://x"}}`, noList},
		"files are lists":        {`{"status":"completed","manifest":{"files":[["https://x"]]}}`, noList},
		"files are numbers":      {`{"status":"completed","manifest":{"files":[1]}}`, noList},
		"the manifest is a list": {`{"status":"completed","manifest":[]}`, noList},
		"a file is null":         {`{"status":"completed","manifest":{"files":[null]}}`, "a file has no URL"},
		"a file is empty":        {`{"status":"completed","manifest":{"files":[""]}}`, "a file has no URL"},
		"the status is a number": {`{"status":5}`, "not a data export"},
		"a list":                 {`[]`, "not a data export"},
		"a string":               {`"completed"`, "not a data export"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				answer := always(http.MethodGet, fakevantage.Answer(200, test.body))
				fake := fakevantage.New(fakevantage.Options{Misbehave: answer})
				done, err := export(ctx, newClient(t, fake))
				if test.wrong == "" {
					if err != nil || !done.Completed() {
						t.Errorf("%+v, %v", done, err)
					}
					wantRequests(t, fake, 1, 1)
					return
				}
				if e := wantKind(t, err, vantage.Malformed); e.Token == "" || !strings.Contains(e.Error(), test.wrong) {
					t.Errorf("%v, of the export %q; want it to say %q", e, e.Token, test.wrong)
				}
				if n := fake.Gets(); fake.Posts() != 1 || n < 7 || n > 8 {
					t.Errorf("%d GETs in a minute", n)
				}
			})
		})
	}
}

func TestWait_logsAnUndocumentedStatusOnce(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		thinking := atFirst(3, http.MethodGet, fakevantage.Answer(200, `{"status":"thinking"}`))
		fake := fakevantage.New(fakevantage.Options{Misbehave: thinking})
		var log strings.Builder
		if _, err := export(ctx, newClient(t, fake, logTo(&log, slog.LevelWarn))); err != nil {
			t.Fatal(err)
		}
		if strings.Count(log.String(), "thinking") != 1 {
			t.Errorf("the log has %q, want the status once", log.String())
		}
	})
}

func TestWait_spreadsThePollsOfManyExports(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{ReadyAfter: time.Minute, RetryAfter: fakevantage.Exact})
		client := newClient(t, fake)
		tenAtATime(func() {
			if _, err := export(ctx, client); err != nil {
				t.Error(err)
			}
		})
		at := map[time.Time]bool{}
		for _, r := range fake.Requests() {
			if r.Method == http.MethodGet {
				at[r.Time] = true
			}
		}
		if len(at) < 8 {
			t.Errorf("ten GETs came at %d moments", len(at))
		}
	})
}

// An error that was its own last failure could not be printed: the process ended with a stack overflow.
func TestCall_canceledBeforeItsRequest(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{})
		client := newClient(t, fake)
		token := fake.Add(map[string]any{"cost_report_token": "rprt_1"}, time.Now())
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		_, err := client.GetDataExport(ctx, &vantage.DataExport{Token: token})
		if e := wantKind(t, err, vantage.Interrupted); e.LastFailure != nil {
			t.Error("its last failure is not nil")
		}
		wantRequests(t, fake, 0, 0)
	})
}
