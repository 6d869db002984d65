package vantage_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// seconds returns the times until the first, the second and further exports complete.
func seconds(each ...time.Duration) func(n int) time.Duration {
	return func(n int) time.Duration { return each[n-1] * time.Second }
}

// limits are those of a delay.
type limits struct{ least, most time.Duration }

func TestWait_delays(t *testing.T) {
	t.Parallel()
	const any = time.Hour
	// A little less than a second and 30 % of the age.
	growing := func(_, _ int, age time.Duration) limits {
		most := min(time.Second+age*3/10, 30*time.Second)
		return limits{most * 95 / 100, most}
	}
	within5s := func(int, int, time.Duration) limits { return limits{0, 5 * time.Second} }
	after := func(least time.Duration) func(int, int, time.Duration) limits {
		return func(_, poll int, _ time.Duration) limits {
			if poll == 2 {
				return limits{least, any}
			}
			return limits{0, 5 * time.Second}
		}
	}
	type test struct {
		api             fakevantage.Options
		exports         int // one after the other
		maxPollInterval time.Duration
		// want is called for each poll of each export, both from 1, with the age of the export before the delay.
		want func(export, poll int, age time.Duration) limits
	}
	const capped = 5 * time.Second
	tests := map[string]test{
		"earlier exports tell when to poll": {
			fakevantage.Options{ReadyIn: seconds(100, 200, 300, 400, 100, 200)}, 6, 0,
			func(export, poll int, _ time.Duration) limits {
				if export > 1 && poll == 1 {
					return limits{100 * time.Second, 130 * time.Second}
				}
				return limits{0, any}
			},
		},
		"earlier exports delay a poll by two minutes at most": {
			fakevantage.Options{ReadyIn: seconds(600, 5)}, 2, 0,
			func(int, int, time.Duration) limits { return limits{0, 2 * time.Minute} },
		},
		"max_poll_interval caps a Retry-After":     {fakevantage.AsRecorded(), 1, capped, within5s},
		"max_poll_interval caps the growing delay": {fakevantage.Options{ReadyAfter: time.Minute}, 1, capped, within5s},
		"max_poll_interval caps what an earlier export taught": {
			fakevantage.Options{ReadyIn: seconds(55, 3)}, 2, capped, within5s,
		},
		"max_poll_interval does not override a 429": {
			fakevantage.Options{Misbehave: atFirst(1, http.MethodGet, later(429))}, 1, capped, after(20 * time.Second),
		},
		"max_poll_interval does not override a 503": {
			fakevantage.Options{Misbehave: atFirst(1, http.MethodGet, later(503))}, 1, capped, after(20 * time.Second),
		},
		"max_poll_interval does not override a limit": {
			fakevantage.Options{ReadyAfter: time.Minute, Limits: limited(100, 1, time.Minute)}, 1, capped, after(time.Minute),
		},
	}
	for _, value := range []fakevantage.RetryAfter{
		"", "0", "-5", "soon", "86401", "Mon, 01 Jan 1990 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT",
	} {
		tests["grow to 30 s with the Retry-After "+string(value)] = test{
			fakevantage.Options{ReadyAfter: 10 * time.Minute, RetryAfter: value}, 1, 0, growing,
		}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 3*time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(test.api)
				client := newClient(t, fake, func(o *vantage.Options) { o.MaxPollInterval = test.maxPollInterval })
				for n := range test.exports {
					before := len(fake.Requests())
					if _, err := export(ctx, client); err != nil {
						t.Fatal(err)
					}
					all := fake.Requests()[before:]
					for i := 1; i < len(all); i++ {
						age := all[i-1].Time.Sub(all[0].Time)
						delay, want := all[i].Time.Sub(all[i-1].Time), test.want(n+1, i, age)
						if delay < want.least || delay > want.most {
							t.Errorf("export %d: poll %d came after %s, want %v", n+1, i, delay, want)
						}
					}
				}
				if n := len(fake.Requests()); n < 3 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// later asks the client to come back after 20 s.
func later(status int) http.HandlerFunc { return fakevantage.Answer(status, "", "Retry-After: 20") }

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
			if _, err := wait(&vantage.DataExport{Token: token})(ctx, client); err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(start); waited > test.latest {
				t.Errorf("an export that completes in %s was noticed after %s", test.left, waited)
			}
		}
	})
}

func TestWait_reportsEachDelay(t *testing.T) {
	t.Parallel()
	var told []string
	interaction{
		api: fakevantage.Options{ReadyAfterPolls: 2, RetryAfter: "7", PendingBody: true},
		call: func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
			created, err := create(ctx, c)
			if err != nil {
				return nil, err
			}
			return c.WaitForDataExport(ctx, created, func(p vantage.Progress) {
				if p.Export.Token != created.Token {
					t.Errorf("reported the token %s of %s", p.Export.Token, created.Token)
				}
				told = append(told, p.Export.Status+" "+p.Delay.Truncate(time.Second).String())
			})
		},
		posts: 1, gets: 3,
	}.play(t)
	if got := strings.Join(told, ", "); got != "pending 7s, pending 7s, pending 7s" {
		t.Errorf("reported %s", got)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	pending := fakevantage.Options{
		RetryAfter: "60", Latency: time.Second, Misbehave: always(http.MethodGet, later(202)),
	}
	hanging := fakevantage.Options{
		RetryAfter: "60", Latency: time.Second, Misbehave: always(http.MethodGet, fakevantage.Hang),
	}
	for name, i := range map[string]interaction{
		"in a delay ends the wait": {
			api: pending, call: canceled(90*time.Second, export), least: 90 * time.Second, most: 90 * time.Second,
			kind: vantage.Interrupted, posts: 1, gets: 2, check: wantNamed,
		},
		"in a poll ends the wait": {
			api: hanging, call: canceled(70*time.Second, export), least: 70 * time.Second, most: 70 * time.Second,
			kind: vantage.Interrupted, posts: 1, gets: 1, check: wantNamed,
		},
		"in a POST loses no export": {
			api: fakevantage.Options{Latency: 10 * time.Second}, call: canceled(time.Second, create), pending: true,
			posts: 1, least: 10 * time.Second, most: 10 * time.Second,
		},
		// An error that was its own last failure could not be printed: the process ended with a stack overflow.
		"before a request": {
			call: canceled(0, poll(tok1)), kind: vantage.Interrupted,
			check: func(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
				if e.LastFailure != nil {
					t.Error("its last failure is not nil")
				}
			},
		},
	} {
		i.run(t, name)
	}
}

func TestWait_pollsForTheLastTimeFiveSecondsBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		timeout time.Duration
		api     fakevantage.Options
		done    bool
	}{
		"45 s for an export as recorded": {45 * time.Second, fakevantage.AsRecorded(), true},
		"30 s for an export as recorded": {30 * time.Second, fakevantage.AsRecorded(), false},
		"3 s for an export as recorded":  {3 * time.Second, fakevantage.AsRecorded(), false},
		"3 s for an export of 1 s": {
			3 * time.Second, fakevantage.Options{ReadyAfter: time.Second, RetryAfter: "60"}, true,
		},
		"an hour's Retry-After": {
			10 * time.Minute, fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "3600"}, false,
		},
	} {
		i := interaction{
			api: test.api, timeout: test.timeout, posts: 1, gets: 1,
			check: func(t *testing.T, fake *fakevantage.Server, e *vantage.Error) {
				if e != nil && (e.Token == "" || e.Status != "pending") {
					t.Errorf("%+v", e)
				}
				want := test.timeout - 5*time.Second
				if at := fake.Requests()[1].Time.Sub(bubble); want > 0 && at != want {
					t.Errorf("the last poll was after %s, want %s", at, want)
				}
			},
		}
		if !test.done {
			i.kind = vantage.TimedOut
		}
		i.run(t, name)
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	const atOnce = "failed at once, because its timeout of %s is too short: the "
	tooShort := fmt.Sprintf(atOnce, "30m0s")
	reset := fakevantage.Answer(429, "",
		"X-Rate-Limit-Limit: 1000", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: "+windowEnds)
	for name, i := range map[string]interaction{
		"before the delay after a 429": {
			api:     fakevantage.Options{Misbehave: everywhere(fakevantage.Answer(429, "", "Retry-After: 3000"))},
			timeout: 30 * time.Minute, most: time.Second, posts: 1,
			says: tooShort + "rate limit requires a delay of 50m",
		},
		"before the delay after a 503": {
			api:     fakevantage.Options{Misbehave: everywhere(fakevantage.Answer(503, "", "Retry-After: 3000"))},
			timeout: 30 * time.Minute, most: time.Second, posts: 1,
			says: tooShort + "server requires a delay of 50m",
		},
		"before the end of the window": {
			api:     fakevantage.Options{Misbehave: everywhere(reset)},
			timeout: 30 * time.Minute, most: time.Second, posts: 1,
			says: tooShort + "rate limit requires a delay of 50m",
		},
		"before the limit allows a second poll": {
			api:     fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "60", Limits: limited(100, 1, time.Hour)},
			timeout: 30 * time.Minute, most: 122 * time.Second, posts: 1, gets: 1,
			says: "delay of 59m", check: wantNamed,
		},
		"before a second poll": {
			api:  fakevantage.Options{Misbehave: everywhere(fakevantage.Answer(202, ""))},
			call: wait(tok1), timeout: 4 * time.Second, gets: 1,
			says: fmt.Sprintf(atOnce, "4s") + "export is still pending",
		},
		"in a POST": {
			api:     fakevantage.Options{Misbehave: everywhere(fakevantage.Hang)},
			timeout: 5 * time.Second, posts: 1, unconfirmed: 1,
			says: "timed out after 5s; 1 export may have been created",
		},
		"in a second POST": {
			api:     fakevantage.Options{Misbehave: everywhere(fakevantage.Hang)},
			timeout: 40 * time.Second, posts: 2, unconfirmed: 2,
			says: "timed out after 40s; up to 2 exports may have been created",
		},
	} {
		i.kind = vantage.TimedOut
		i.run(t, name)
	}
}

func TestWait_finalStatuses(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"failed", "error", "Errored", "CANCELED", "cancelled", "expired"} {
		for _, code := range []int{200, 202} {
			body := `{"status":"` + status + `","errors":["out of cheese"],"manifest":null}`
			interaction{
				api:   fakevantage.Options{Misbehave: always(http.MethodGet, fakevantage.Answer(code, body))},
				kind:  vantage.ExportFailed,
				posts: 1, gets: 1,
				check: func(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
					if e.Status != status || strings.Join(e.Messages, "") != "out of cheese" || e.Token == "" {
						t.Errorf("%+v", e)
					}
				},
			}.run(t, status)
		}
	}
}

func TestWait_logsAnUndocumentedStatusOnce(t *testing.T) {
	t.Parallel()
	for body, warnings := range map[string]int{
		`{"status":"processing"}`: 1, `{"status":"Queued","manifest":{"files":["https://x"]}}`: 1, `{"status":""}`: 0,
	} {
		var log strings.Builder
		interaction{
			api:    fakevantage.Options{Misbehave: atFirst(2, http.MethodGet, fakevantage.Answer(200, body))},
			client: logTo(&log, slog.LevelWarn),
			posts:  1, gets: 3,
			check: func(t *testing.T, _ *fakevantage.Server, _ *vantage.Error) {
				if got := strings.Count(log.String(), "undocumented status"); got != warnings {
					t.Errorf("the log has %q, want %d warnings", log.String(), warnings)
				}
			},
		}.run(t, body)
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
		"a byte order mark":      {"\ufeff" + completed, ""},
		"the status is a number": {`{"status":5}`, "not a data export"},
		"a list":                 {`[]`, "not a data export"},
		"a string":               {`"completed"`, "not a data export"},
	} {
		i := interaction{
			api:   fakevantage.Options{Misbehave: always(http.MethodGet, fakevantage.Answer(200, test.body))},
			posts: 1, gets: 1,
		}
		if test.wrong != "" {
			i.kind, i.says, i.gets, i.more = vantage.Malformed, test.wrong, 7, 1
			i.check = wantNamed
		}
		i.run(t, name)
	}
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
