package vantage_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

var methods = []string{http.MethodPost, http.MethodGet}

// temporary are failures that a poll survives until its deadline.
var temporary = map[string]struct {
	response    http.HandlerFunc
	says        string
	unconfirmed bool // whether a POST may have created an export, so that it is repeated only a few times
}{
	"408":             {fakevantage.Errors(408, "too slow"), "too slow", true},
	"409":             {fakevantage.Errors(409, "locked"), "locked", true},
	"421":             {fakevantage.HTML(421), "421", true},
	"423":             {fakevantage.HTML(423), "423", true},
	"425":             {fakevantage.HTML(425), "425", true},
	"500":             {fakevantage.Errors(500, "internal error"), "internal error", true},
	"502 from proxy":  {fakevantage.HTML(502), "502 Bad Gateway", true},
	"503":             {fakevantage.HTML(503), "503", false},
	"503 with a wait": {fakevantage.Answer(503, "", "Retry-After: 12"), "503", false},
	"503 of the API":  {fakevantage.Errors(503, "service unavailable"), "503 Service Unavailable", false},
	"504":             {fakevantage.HTML(504), "504", true},
	"429":             {fakevantage.Errors(429, "slow down"), "429", false},
	"429 with a wait": {fakevantage.Answer(429, "", "Retry-After: 7"), "429", false},
	"reset":           {fakevantage.Reset, "connection reset", true},
	"hang":            {fakevantage.Hang, "no response within the request timeout of 30s", true},
}

func TestExport_survivesTemporaryFailures(t *testing.T) {
	t.Parallel()
	for name, failure := range temporary {
		interaction{
			api:   fakevantage.Options{Misbehave: atFirst(3, http.MethodPost, failure.response)},
			posts: 4, gets: 1,
		}.run(t, name+" POST")
		interaction{
			api:   fakevantage.Options{Misbehave: atFirst(3, http.MethodGet, failure.response)},
			posts: 1, gets: 4,
		}.run(t, name+" GET")
	}
}

func TestExport_namesTheLastFailureAtTheDeadline(t *testing.T) {
	t.Parallel()
	for name, failure := range temporary {
		ends := interaction{
			timeout: 5 * time.Minute,
			kind:    vantage.TimedOut, says: failure.says,
			posts: 1, more: 45,
			least: 4 * time.Minute, most: 5*time.Minute + 30*time.Second,
			check: func(t *testing.T, fake *fakevantage.Server, e *vantage.Error) {
				if strings.Contains(e.Error(), "; service unavailable") {
					t.Errorf("%v says it twice", e)
				}
				if e.Token == "" && fake.Gets() > 0 {
					t.Errorf("%v does not name the export", e)
				}
			},
		}
		ends.api.Misbehave = always(http.MethodGet, failure.response)
		ends.run(t, name+" GET")
		if !failure.unconfirmed {
			ends.api.Misbehave = always(http.MethodPost, failure.response)
			ends.run(t, name+" POST")
		}
	}
}

func TestExport_endsAtOnceAfterAnErrorOfTheAPI(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 402, 403, 404, 410, 422, 501, 505} {
		for i, method := range methods {
			refused := interaction{
				api:  fakevantage.Options{Misbehave: always(method, fakevantage.Errors(status, "first", "second"))},
				kind: vantage.Rejected, posts: 1, gets: i,
				most: 3 * time.Second,
				check: func(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
					if e.StatusCode != status || strings.Join(e.Messages, ",") != "first,second" || e.Method != method {
						t.Errorf("%+v", e)
					}
					if gone := status == 404 || status == 410; e.NotFound() != gone {
						t.Errorf("%v: gone %v, want %v", e, e.NotFound(), gone)
					}
				},
			}
			if method == http.MethodGet && status == 404 {
				refused.more, refused.most = 4, 17*time.Second // it may be too early
			}
			refused.run(t, http.StatusText(status)+" "+method)
		}
	}
}

func TestError_showsOnlyTheMessagesOfTheAPI(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"errors":["bad token ` + apiToken + `, see https://f.example/a.csv?X-Sig=abc","b"]}`: "bad token (API token), " +
			"see https://f.example/a.csv|b",
		`{"message":"no route"}`: "no route",
		"<h1>Bad gateway</h1>":   "",
	} {
		interaction{
			api:  fakevantage.Options{Misbehave: everywhere(fakevantage.Answer(400, body))},
			kind: vantage.Rejected, posts: 1, more: 7,
			check: func(t *testing.T, _ *fakevantage.Server, e *vantage.Error) {
				if got := strings.Join(e.Messages, "|"); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			},
		}.run(t, body[:10])
	}
}

func TestResponse_withTheAPITokenIsInvalid(t *testing.T) {
	t.Parallel()
	body := `{"status":"pending","attributes":{"by":"` + apiToken + `"}}`
	interaction{
		api:  fakevantage.Options{Misbehave: everywhere(fakevantage.Answer(200, body))},
		call: poll(tok1),
		kind: vantage.Malformed, says: "contains the API token", gets: 7, more: 1,
	}.play(t)
}

//nolint:paralleltest // it measures what the whole process allocates
func TestResponse_withoutEndIsRejectedInFlatMemory(t *testing.T) {
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
	_, err := poll(tok1)(t.Context(), client)
	runtime.ReadMemStats(&after)
	wantKind(t, err, vantage.TooMany)
	if read > 25<<20 {
		t.Errorf("%d bytes of the response were read", read)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
}

type zeros struct{ read *int64 }

func (z zeros) Read(p []byte) (int, error) { *z.read += int64(len(p)); return len(p), nil }

//nolint:paralleltest // it measures the memory of the whole process
func TestRedirects_toFreshPathsUseNoMemory(t *testing.T) {
	paths := 0
	client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
		o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			resp := &http.Response{StatusCode: 202, Header: http.Header{}, Body: http.NoBody, Request: r}
			if strings.HasSuffix(r.URL.Path, "tok_1") {
				paths++
				resp.StatusCode = 307
				resp.Header.Set("Location", fmt.Sprintf("/%d/%s", paths, strings.Repeat("x", 10_000)))
			}
			return resp, nil
		})
	})
	inUse := func() uint64 {
		if _, err := poll(tok1)(t.Context(), client); err != nil {
			t.Error(err)
		}
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		return memory.HeapAlloc
	}
	inUse()
	before := inUse()
	for range 20 {
		inUse()
	}
	if after := inUse(); after > before+100<<10 || paths != 23 {
		t.Errorf("%d KiB in use after %d redirects, %d before", after>>10, paths, before>>10)
	}
	runtime.KeepAlive(client)
}
