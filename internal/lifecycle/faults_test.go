package lifecycle_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/fakevantage/contract"
)

const limited = `{"errors":["rate limit exceeded"]}`

// faults are what a request can meet, by the word in a script. The API handles a "lost" request, but the response
// arrives after the client's timeout.
var faults = map[string]http.HandlerFunc{
	"500":  fakevantage.Errors(500, "internal error"),
	"503":  fakevantage.Answer(503, `{"errors":["unavailable"]}`, "Retry-After: 7"),
	"429":  fakevantage.Answer(429, limited, "Retry-After: 20"),
	"page": fakevantage.HTML(200),
	"page-404": fakevantage.Answer(404, "<html><title>404 of "+acctest.APIToken+"</title></html>",
		"Content-Type: text/html"),
	"gateway": fakevantage.Answer(502, "<html>Bad Gateway: Bearer "+acctest.APIToken+"</html>",
		"Content-Type: text/html"),
	"window": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Rate-Limit-Reset", fmt.Sprint(time.Now().Add(90*time.Second).Unix()))
		fakevantage.Answer(429, limited, "X-Rate-Limit-Limit: 5", "X-Rate-Limit-Remaining: 0")(w, r)
	},
	"cut": fakevantage.Reset, "half": fakevantage.CutOff, "lost": nil,
}

var faultKinds = slices.Sorted(maps.Keys(faults))

// misbehave is fakevantage.Options.Misbehave.
func (w *world) misbehave(req fakevantage.Request) http.HandlerFunc {
	if len(w.faults) == 0 {
		return nil
	}
	fault := w.faults[0]
	w.faults = w.faults[1:]
	if fault == "lost" {
		w.lost = req.N
	}
	return faults[fault]
}

// delay is fakevantage.Options.AnswerDelay.
func (w *world) delay(req fakevantage.Request) time.Duration {
	if req.N == w.lost {
		return time.Hour
	}
	return 0
}

// check is fakevantage.Options.Log.
func (w *world) check(e fakevantage.Exchange) { w.wrong = errors.Join(w.wrong, contract.Check(e)) }

// traffic counts the requests of one call of the provider.
type traffic struct {
	all, gets, posts int // all includes downloads
	accepted         int // exports that the API created
	confirmed        int // those whose response arrived
	failed           int // exports that the API reported as failed
}

// traffic returns the requests since the first ones, and all exports.
func (w *world) traffic(since int) (t traffic) {
	for _, req := range w.fake.Requests()[since:] {
		t.all++
		switch {
		case req.Method == http.MethodPost:
			if t.posts++; req.Status == http.StatusAccepted {
				t.confirmed++
			}
		case !strings.HasPrefix(req.Path, "/files/"):
			t.gets++
		}
	}
	for _, e := range w.fake.Exports() {
		if t.accepted++; e.Status != "" {
			t.failed++
		}
	}
	return t
}
