// Package fakevantage stands in for the Vantage API in tests and in the demo.
//
// It is an http.Handler that keeps exports as the service does, records every request, and misbehaves on demand. Its
// JSON and its reading of the API are written on their own, apart from the client's, so that the two cannot share
// a mistake. It is for loopback and in-process use only.
package fakevantage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options say how a Server behaves. The zero value accepts any token, knows any report, has an export ready at once,
// names it by an absolute Location, sends no Retry-After and limits nothing.
type Options struct {
	// APIToken is the only bearer token that is let in. Default: any.
	APIToken string
	// Reports are the cost reports that exist. Default: any.
	Reports []string
	// Workspaces are those the API token sees. With two or more, a POST has to name one of them. Default: one, unnamed.
	Workspaces []string

	// ReadyAfter is the time from the POST until an export is completed.
	ReadyAfter time.Duration
	// ReadyAfterPolls is how many GETs of an export are answered as pending, whatever the time.
	ReadyAfterPolls int
	// Created is how a POST is answered.
	Created Created
	// RetryAfter is what is sent on the 202 of a POST and a GET.
	RetryAfter RetryAfter
	// PendingBody puts a DataExport into the 202 of a GET, which is empty otherwise.
	PendingBody bool
	// Files is how many files an export has. Default: 1. Negative: none.
	Files int
	// FileSize is the size of each file in bytes, filled up with more rows. Default: as it comes.
	FileSize int64
	// ValidFor is the time from completion until the file addresses expire. Default: 24 hours. Negative: valid_until is null.
	ValidFor time.Duration
	// SignOnce keeps the query of file addresses the same at each GET; they are signed anew otherwise.
	SignOnce bool

	// Limit is how many requests are answered in a Window; more are refused with 429. Windows begin at multiples of their
	// length since the epoch of the server's clock. Default: no limit, no headers.
	Limit  int
	Window time.Duration
	// SilentLimit leaves the x-rate-limit headers out, and RefusalRetryAfter puts a Retry-After on the 429.
	SilentLimit, RefusalRetryAfter bool
	// ClockAhead is how far the server's clock is ahead of this machine's.
	ClockAhead time.Duration
	// Latency is the time before each answer.
	Latency time.Duration

	// Misbehave is asked before each request is answered, files included. What it returns answers instead; nil lets
	// the server behave.
	Misbehave func(Request) http.HandlerFunc
	// Log is told of each answered request. Default: nothing.
	Log func(Request)
}

// Created is a way of answering a POST. The API's documentation allows several readings.
type Created int

// The ways of answering a POST.
const (
	LocationOnly        Created = iota // an absolute Location, an empty body
	RelativeLocation                   // the Location is a path, the body empty
	LocationAndBody                    // a Location, and a DataExport as the body
	BodyOnly                           // a DataExport as the body, no Location
	LocationAndNestBody                // a Location, and an example whose manifest.files is a list within a list
	LocationAndText                    // a Location, and a body that is not JSON
	NoToken                            // neither
)

// RetryAfter is what goes into the Retry-After header while an export is pending.
type RetryAfter string

// The kinds of Retry-After beside a fixed value such as "1".
const (
	None  RetryAfter = ""      // no header
	Exact RetryAfter = "exact" // the seconds until the export is ready, rounded up
	Date  RetryAfter = "date"  // the same as an HTTP date by the server's clock
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
	// Status is what it was answered with, zero when the connection was broken.
	Status int
}

// Server is a fake of the API. Make one with New.
type Server struct {
	mu       sync.Mutex
	options  Options
	exports  map[string]*Export
	serial   int
	requests []*Request
	nth      map[string]int
	window   time.Time
	used     int
}

// New returns a Server that behaves as the options say.
func New(o Options) *Server {
	return &Server{options: o, exports: map[string]*Export{}, nth: map[string]int{}}
}

// Change alters the options from the next request on.
func (s *Server) Change(change func(*Options)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.options)
}

// Requests returns the records of all requests so far, in the order in which they came.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Request, len(s.requests))
	for i, r := range s.requests {
		out[i] = *r
	}
	return out
}

// Count returns how many requests came with this method and a path of this beginning.
func (s *Server) Count(method, pathPrefix string) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Method == method && strings.HasPrefix(r.Path, pathPrefix) {
			n++
		}
	}
	return n
}

// Posts returns how many exports were asked for, refused requests included.
func (s *Server) Posts() int { return s.Count(http.MethodPost, "/") }

// Gets returns how often the state of an export was asked for, refused requests included.
func (s *Server) Gets() int { return s.Count(http.MethodGet, "/v2/data_exports/") }

// Refused returns how many requests were answered 429.
func (s *Server) Refused() int {
	n := 0
	for _, r := range s.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

// now is the time by the server's clock. It is called with mu held.
func (s *Server) now() time.Time { return time.Now().Add(s.options.ClockAhead) }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	o := s.options
	key := r.Method + " " + r.URL.Path
	s.nth[key]++
	record := &Request{
		Time: time.Now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: string(body),
		N: len(s.requests) + 1, Nth: s.nth[key],
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
	answer := &recorder{ResponseWriter: w}
	defer func() {
		s.mu.Lock()
		record.Status = answer.status
		done := *record
		s.mu.Unlock()
		if o.Log != nil {
			o.Log(done)
		}
	}()
	w.Header().Set("Date", time.Now().Add(o.ClockAhead).UTC().Format(http.TimeFormat))
	if strings.HasPrefix(r.URL.Path, "/v2/") && !s.admit(answer) {
		return
	}
	if o.Misbehave != nil {
		if handler := o.Misbehave(*record); handler != nil {
			handler(answer, r)
			return
		}
	}
	s.route(answer, r)
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	token, isExport := strings.CutPrefix(path, "/v2/data_exports/")
	switch {
	case strings.HasPrefix(path, "/files/"):
		s.serveFile(w, r)
	case !s.authorized(r):
		errorsJSON(w, http.StatusUnauthorized, "The access token is invalid")
	case r.Method == http.MethodPost && path == "/v2/unit_costs/data_exports":
		s.create(w, r)
	case r.Method == http.MethodGet && isExport:
		s.get(w, r, token)
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

// admit counts a request against the limit, and answers it when there is no place for it.
func (s *Server) admit(w http.ResponseWriter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.options
	if o.Limit == 0 {
		return true
	}
	now := s.now()
	s.turnOver(now)
	ok := s.used < o.Limit
	if ok {
		s.used++
	}
	ends := s.window.Add(o.Window)
	if !o.SilentLimit {
		w.Header().Set("X-Rate-Limit-Limit", fmt.Sprint(o.Limit))
		w.Header().Set("X-Rate-Limit-Remaining", fmt.Sprint(o.Limit-s.used))
		w.Header().Set("X-Rate-Limit-Reset", fmt.Sprint(ends.Unix()))
	}
	if !ok {
		if o.RefusalRetryAfter {
			w.Header().Set("Retry-After", seconds(ends.Sub(now)))
		}
		errorsJSON(w, http.StatusTooManyRequests, "Rate limit exceeded")
	}
	return ok
}

func (s *Server) turnOver(now time.Time) {
	if start := now.Truncate(s.options.Window); !start.Equal(s.window) {
		s.window, s.used = start, 0
	}
}

// Take uses up n requests of the current window, as somebody else who shares the account would.
func (s *Server) Take(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turnOver(s.now())
	s.used = min(s.options.Limit, s.used+n)
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

// Exports returns a copy of what the server keeps, by token.
func (s *Server) Exports() map[string]Export {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]Export{}
	for token, e := range maps.All(s.exports) {
		out[token] = *e
	}
	return out
}

// recorder notes the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(p)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
