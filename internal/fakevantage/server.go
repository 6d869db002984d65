// Package fakevantage is a fake of the Vantage API for tests and the demo.
//
// It is an http.Handler that keeps exports like the service, records every request, and misbehaves on demand. It shares
// no code with the client, so that the two cannot share a mistake. It accepts all parameters: package contract checks
// them. It is for loopback and in-process use only.
package fakevantage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Request is the record of one request.
type Request struct {
	Time   time.Time
	Method string
	Path   string
	Query  string
	Header http.Header
	Body   string
	// N counts all requests from 1, and Nth those of the same method and path.
	N, Nth int
	// Status is the status of the response, zero if the connection was broken.
	Status int
}

// Exchange is a request and its response.
type Exchange struct {
	Request
	// AnswerHeader and AnswerBody are those of the response. The body is empty for a file.
	AnswerHeader http.Header
	AnswerBody   []byte
	// Misbehaved reports whether a test made the response deviate from the API.
	Misbehaved bool
}

// Server is a fake of the API. Use New.
type Server struct {
	mu       sync.Mutex
	options  Options
	exports  map[string]*Export
	serial   int
	requests []*Request
	nth      map[string]int
	windows  map[RouteLimit]*window

	unitCosts []UnitCost
}

// New returns a Server that behaves as the options say.
func New(o Options) *Server {
	return &Server{
		options: o,
		exports: map[string]*Export{},
		nth:     map[string]int{},
		windows: map[RouteLimit]*window{},
	}
}

// Change changes the options from the next request on.
func (s *Server) Change(change func(*Options)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.options)
}

// Requests returns the records of all requests so far in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Request, len(s.requests))
	for i, r := range s.requests {
		out[i] = *r
	}
	return out
}

// Count returns the number of requests with a method and a path prefix.
func (s *Server) Count(method, pathPrefix string) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Method == method && strings.HasPrefix(r.Path, pathPrefix) {
			n++
		}
	}
	return n
}

// Posts returns the number of POSTs, including rejected ones.
func (s *Server) Posts() int { return s.Count(http.MethodPost, "/") }

// Gets returns the number of polls, including rejected ones.
func (s *Server) Gets() int { return s.Count(http.MethodGet, "/v2/data_exports/") }

// Refused returns the number of requests that got a 429.
func (s *Server) Refused() int {
	n := 0
	for _, r := range s.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

// now returns the time by the server's clock. It is called with mu held.
func (s *Server) now() time.Time { return time.Now().Add(s.options.ClockAhead) }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	o := s.options
	key := r.Method + " " + r.URL.Path
	s.nth[key]++
	record := &Request{
		Time:   time.Now(),
		Method: r.Method,
		Path:   r.URL.Path,
		Query:  r.URL.RawQuery,
		Header: r.Header.Clone(),
		Body:   string(body),
		N:      len(s.requests) + 1,
		Nth:    s.nth[key],
	}
	s.requests = append(s.requests, record)
	s.mu.Unlock()

	if o.Latency > 0 {
		select {
		case <-time.After(o.Latency):
		case <-r.Context().Done():
			return
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	isAPI := strings.HasPrefix(r.URL.Path, "/v2/")
	answer := &recorder{ResponseWriter: w, keepBody: isAPI && o.Log != nil}
	misbehaved := false
	defer func() {
		if o.AnswerDelay != nil {
			time.Sleep(o.AnswerDelay(*record))
		}
		s.mu.Lock()
		record.Status = answer.status
		done := Exchange{*record, w.Header(), answer.body.Bytes(), misbehaved}
		s.mu.Unlock()
		if o.Log != nil {
			o.Log(done)
		}
	}()
	w.Header().Set("Date", time.Now().Add(o.ClockAhead).UTC().Format(http.TimeFormat))
	if isAPI && !s.admit(answer, r) {
		return
	}
	if o.Misbehave != nil {
		if handler := o.Misbehave(*record); handler != nil {
			misbehaved, answer.keepBody = true, false
			handler(answer, r)
			return
		}
	}
	s.route(answer, r)
	misbehaved = r.Method == http.MethodPost && answer.status == http.StatusAccepted && o.RelativeLocation ||
		r.URL.Path == unitCostsPath && s.hasOddUnitCosts()
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	token, isExport := strings.CutPrefix(path, "/v2/data_exports/")
	k, isKind := kinds[path]
	switch {
	case strings.HasPrefix(path, "/files/"):
		s.serveFile(w, r)
	case !s.authorized(r):
		errorsJSON(w, http.StatusUnauthorized, "The access token is invalid")
	case r.Method == http.MethodPost && isKind:
		s.create(w, r, k)
	case r.Method == http.MethodGet && isExport:
		s.get(w, r, token)
	case r.Method == http.MethodGet && path == unitCostsPath:
		s.listUnitCosts(w, r)
	default:
		errorsJSON(w, http.StatusNotFound, "Not Found")
	}
}

func (s *Server) authorized(r *http.Request) bool {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && bearer != "" && (s.options.APIToken == "" || s.options.APIToken == bearer)
}

func seconds(d time.Duration) string { return fmt.Sprint(int64((d + time.Second - 1) / time.Second)) }

func errorsJSON(w http.ResponseWriter, status int, messages ...string) {
	writeJSON(w, status, map[string]any{"errors": messages})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Exports returns copies of the exports by token.
func (s *Server) Exports() map[string]Export {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]Export{}
	for token, e := range s.exports {
		out[token] = *e
	}
	return out
}

// recorder records the status of a response, and its body if keepBody is set.
type recorder struct {
	http.ResponseWriter
	status   int
	keepBody bool
	body     bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.keepBody {
		r.body.Write(p)
	}
	return r.ResponseWriter.Write(p)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
