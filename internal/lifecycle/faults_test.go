package lifecycle_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// traffic counts the requests of one call of the provider.
type traffic struct {
	all, gets, posts, files int
	accepted                int // exports that the API created
	confirmed               int // those whose response arrived
	failed                  int // exports that the API reported as failed
}

// network lies between the provider and the fake. It counts requests and breaks some of them.
type network struct {
	fake http.RoundTripper

	mu     sync.Mutex
	count  traffic
	faults []string // of the next requests
}

const limited = `{"errors":["rate limit exceeded"]}`

// faults are the kinds of a fault, and what responds in place of the API. Those without a response break the
// connection: "cut" before the request arrives, "cut-after" before the response does, and "half" in the middle of it.
var faults = map[string]http.HandlerFunc{
	"500":  fakevantage.Errors(500, "internal error"),
	"503":  fakevantage.Answer(503, `{"errors":["unavailable"]}`, "Retry-After: 7"),
	"429":  fakevantage.Answer(429, limited, "Retry-After: 20"),
	"page": fakevantage.HTML(200),
	"lost-page": fakevantage.Answer(404, "<html><title>404 of "+acctest.APIToken+"</title></html>",
		"Content-Type: text/html"),
	"gateway": fakevantage.Answer(502, "<html>Bad Gateway: Bearer "+acctest.APIToken+"</html>",
		"Content-Type: text/html"),
	"window": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Rate-Limit-Reset", fmt.Sprint(time.Now().Add(90*time.Second).Unix()))
		fakevantage.Answer(429, limited, "X-Rate-Limit-Limit: 5", "X-Rate-Limit-Remaining: 0")(w, r)
	},
	"cut": nil, "cut-after": nil, "half": nil,
}

var faultKinds = slices.Sorted(maps.Keys(faults))

var errReset = errors.New("read: connection reset by peer")

// RoundTrip implements http.RoundTripper.
func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	fault := n.request(req)
	if respond := faults[fault]; respond != nil {
		recorder := httptest.NewRecorder()
		respond(recorder, req)
		resp := recorder.Result()
		resp.Request = req
		return resp, nil
	}
	if fault == "cut" {
		return nil, errReset
	}
	resp, err := n.fake.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if req.Method == http.MethodPost && resp.StatusCode == http.StatusAccepted {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.count.accepted++; fault == "" {
			n.count.confirmed++
		}
	}
	switch fault {
	case "cut-after":
		return nil, errReset
	case "half":
		body, _ := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{}))
	}
	return resp, nil
}

// request counts a request and returns the fault that it meets.
func (n *network) request(req *http.Request) (fault string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count.all++
	switch {
	case strings.HasPrefix(req.URL.Path, "/files/"):
		n.count.files++
	case req.Method == http.MethodPost:
		n.count.posts++
	default:
		n.count.gets++
	}
	if len(n.faults) > 0 {
		fault, n.faults = n.faults[0], n.faults[1:]
	}
	return fault
}

// take returns what was counted since the last call.
func (n *network) take() traffic {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := n.count
	n.count = traffic{}
	return t
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
