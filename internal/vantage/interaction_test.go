package vantage_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/fakevantage/contract"
	"terraform-provider-vantage/internal/vantage"
)

const apiToken = "vntg_tkn_secret"

// unitCosts is a request for an export of unit costs.
var unitCosts = vantage.UnitCostExportRequest{CostReportToken: "rprt_1"}

// interaction is a call of a client in virtual time: how the API responds, and what must follow.
type interaction struct {
	api     fakevantage.Options
	client  func(*vantage.Options) // changes the options of the client
	call    call                   // default: export
	timeout time.Duration          // of the call; default: an hour

	// The call fails with an error of this kind that contains the text. Default: it returns a completed export.
	kind        vantage.ErrorKind
	says        string
	unconfirmed int
	pending     bool // whether the returned export is not completed
	// The numbers of POSTs and of polls that are sent, and how many more of each are accepted.
	posts, gets, more int
	// The duration of the call. It is not limited if most is zero.
	least, most time.Duration
	// check asserts what else must follow. The error is nil if the call succeeds.
	check func(t *testing.T, fake *fakevantage.Server, e *vantage.Error)
}

// call is what a test calls of a client.
type call func(context.Context, *vantage.Client) (*vantage.DataExport, error)

// run plays the interaction as a parallel subtest.
func (i interaction) run(t *testing.T, name string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		i.play(t)
	})
}

func (i interaction) play(t *testing.T) {
	t.Helper()
	if i.call == nil {
		i.call = export
	}
	i.timeout = cmp.Or(i.timeout, time.Hour)
	within(t, i.timeout, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(i.api)
		client := newClient(t, fake, i.client)
		start := time.Now()
		done, err := i.call(ctx, client)
		took := time.Since(start)
		var e *vantage.Error
		if i.kind == "" {
			if err != nil || done.Completed() == i.pending {
				t.Fatalf("%+v, %v", done, err)
			}
		} else {
			e = wantKind(t, err, i.kind)
			if !strings.Contains(e.Error(), i.says) || strings.Contains(e.Error(), apiToken) {
				t.Errorf("%v does not say %q, or has the API token", e, i.says)
			}
			if e.Unconfirmed != i.unconfirmed {
				t.Errorf("%d unconfirmed exports, want %d", e.Unconfirmed, i.unconfirmed)
			}
			if e.LastFailure != nil && e.Kind != vantage.TimedOut && e.Kind != vantage.Interrupted {
				t.Errorf("the final error %v mentions an earlier failure", e)
			}
			if i.kind == vantage.TimedOut && e.Waited != i.timeout && e.Timeout != i.timeout {
				t.Errorf("%v: waited %s of %s, want %s of either", e, e.Waited, e.Timeout, i.timeout)
			}
		}
		posts, gets := fake.Posts(), fake.Gets()
		if posts < i.posts || posts > i.posts+i.more || gets < i.gets || gets > i.gets+i.more {
			t.Errorf("%d POSTs and %d GETs, want %d and %d, or %d more", posts, gets, i.posts, i.gets, i.more)
		}
		if i.most > 0 && (took < i.least || took > i.most) {
			t.Errorf("took %s, want %s to %s", took, i.least, i.most)
		}
		if i.check != nil {
			i.check(t, fake, e)
		}
	})
}

// newClient returns a client of the fake, in process. Its requests are validated against the vendor's description, and
// must have the configured host as their destination.
func newClient(t testing.TB, fake *fakevantage.Server, change ...func(*vantage.Options)) *vantage.Client {
	t.Helper()
	contract.Hold(t, fake)
	o := vantage.Options{APIToken: apiToken, Transport: fake.Transport(), UserAgent: "test"}
	for _, c := range change {
		if c != nil {
			c(&o)
		}
	}
	next := o.Transport
	o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		origin := strings.TrimSuffix(r.URL.Scheme+"://"+r.URL.Host, ":443")
		if host := cmp.Or(o.Host, vantage.DefaultHost); !strings.HasPrefix(host+"/", origin+"/") {
			t.Errorf("a request was sent to %s instead of %s", origin, host)
		}
		return next.RoundTrip(r)
	})
	client, err := vantage.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// logTo makes a client write its log to out.
func logTo(out io.Writer, level slog.Level) func(*vantage.Options) {
	return func(o *vantage.Options) {
		o.Logger = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))
	}
}

// within runs f in virtual time, with a context that ends after timeout.
func within(t *testing.T, timeout time.Duration, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		f(t, ctx)
	})
}

// create creates an export.
func create(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
	return c.CreateDataExport(ctx, unitCosts)
}

// export creates an export and waits for it.
func export(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
	e, err := create(ctx, c)
	if err != nil {
		return nil, err
	}
	return c.WaitForDataExport(ctx, e, nil)
}

// tok1 is an export of which only the token is known.
var tok1 = &vantage.DataExport{Token: "tok_1"}

// poll returns a call that polls an export once.
func poll(e *vantage.DataExport) call {
	return func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
		return c.GetDataExport(ctx, e)
	}
}

// wait returns a call that waits for an export.
func wait(e *vantage.DataExport) call {
	return func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
		return c.WaitForDataExport(ctx, e, nil)
	}
}

// lookUps are the ways to learn what has become of an export.
var lookUps = map[string]func(*vantage.DataExport) call{"poll": poll, "wait": wait}

// canceled cancels a call after a time.
func canceled(after time.Duration, call call) call {
	return func(ctx context.Context, c *vantage.Client) (*vantage.DataExport, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		if after == 0 {
			cancel()
		}
		time.AfterFunc(after, cancel)
		return call(ctx, c)
	}
}

// misbehavior decides which requests get a response that the API would not send.
type misbehavior = func(fakevantage.Request) http.HandlerFunc

// atFirst misbehaves for the first requests of a method.
func atFirst(times int, method string, response http.HandlerFunc) misbehavior {
	return func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == method && r.Nth <= times {
			return response
		}
		return nil
	}
}

// always misbehaves for each request of a method.
func always(method string, response http.HandlerFunc) misbehavior {
	return atFirst(math.MaxInt, method, response)
}

// everywhere misbehaves for each request.
func everywhere(response http.HandlerFunc) misbehavior {
	return func(fakevantage.Request) http.HandlerFunc { return response }
}

// until misbehaves for the requests of a method in the first part of virtual time.
func until(end time.Duration, method string, response http.HandlerFunc) misbehavior {
	return func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == method && time.Now().Before(bubble.Add(end)) {
			return response
		}
		return nil
	}
}

// bubble is when virtual time starts.
var bubble = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// wantNamed checks that an error names the export.
func wantNamed(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
	t.Helper()
	if e.Token == "" {
		t.Errorf("%v does not name the export", e)
	}
}

func wantKind(t *testing.T, err error, kind vantage.ErrorKind) *vantage.Error {
	t.Helper()
	var e *vantage.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("error %v, want one of kind %q", err, kind)
	}
	return e
}
