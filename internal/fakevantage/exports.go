package fakevantage

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Export is an export as the server stores it.
type Export struct {
	Token string
	// Path is the path of the POST, which implies the export type.
	Path string
	// Asked is the body of the POST with the parameters of its query.
	Asked map[string]any
	// CreatedAt and CompletedAt are times of the server's clock. CompletedAt is zero while the export is pending.
	CreatedAt, CompletedAt time.Time
	// Status overrides the status. Default: pending, then completed, by time and polls.
	Status string
	// Messages are the "errors" of a response with a Status.
	Messages []string
	// Attributes are reported. At first, they are those of the request.
	Attributes map[string]any

	readyAt time.Time
	polls   int
	signed  int
}

// Add adds a unit cost export that was requested at the given time, and returns its token.
func (s *Server) Add(asked map[string]any, at time.Time) string {
	return s.AddOf(unitCostExportsPath, asked, at)
}

// AddOf is Add for the export type with the given path.
func (s *Server) AddOf(path string, asked map[string]any, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(path, asked, at.Add(s.options.ClockAhead)).Token
}

func (s *Server) add(path string, asked map[string]any, at time.Time) *Export {
	s.serial++
	readyIn := s.options.ReadyAfter
	if s.options.ReadyIn != nil {
		readyIn = s.options.ReadyIn(s.serial)
	}
	e := &Export{
		Token: fmt.Sprintf("dta_xprt_%016x", 0x9e3779b97f4a7c15*(s.options.TokenSeed+uint64(s.serial))),
		Path:  path, Asked: asked, Attributes: kinds[path].attributes(asked), CreatedAt: at, readyAt: at.Add(readyIn),
	}
	s.exports[e.Token] = e
	return e
}

// ChangeExport changes an export. It panics if the token is unknown.
func (s *Server) ChangeExport(token string, change func(*Export)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.exports[token])
}

// Forget removes an export, like the service after its expiry.
func (s *Server) Forget(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.exports, token)
}

func (s *Server) create(w http.ResponseWriter, r *http.Request, k kind) {
	asked := map[string]any{}
	_ = json.NewDecoder(r.Body).Decode(&asked) // package contract checks it
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.options
	query := r.URL.Query()
	for name := range query {
		asked[name] = query.Get(name)
	}
	if status, message := k.rejection(o, asked); status != 0 {
		errorsJSON(w, status, message)
		return
	}
	e := s.add(r.URL.Path, asked, s.now())
	s.retryAfter(w, e)
	location := "/v2/data_exports/" + e.Token
	if o.RelativeLocation {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	w.Header().Set("Location", origin(r)+location)
	writeJSON(w, http.StatusAccepted, http.StatusAccepted)
}

func (s *Server) get(w http.ResponseWriter, r *http.Request, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.exports[token]
	if e == nil {
		errorsJSON(w, http.StatusNotFound, "Data export not found")
		return
	}
	e.polls++
	s.settle(e)
	if e.Status != "" || !e.CompletedAt.IsZero() {
		writeJSON(w, http.StatusOK, s.describe(r, e))
		return
	}
	s.retryAfter(w, e)
	w.Header().Set("Location", origin(r)+r.URL.Path)
	if s.options.PendingBody {
		writeJSON(w, http.StatusAccepted, s.describe(r, e))
	} else {
		writeJSON(w, http.StatusAccepted, http.StatusAccepted)
	}
}

// settle completes an export if it is time.
func (s *Server) settle(e *Export) {
	if e.CompletedAt.IsZero() && e.polls > s.options.ReadyAfterPolls && !s.now().Before(e.readyAt) {
		if s.options.Outcome != "" {
			e.Status = s.options.Outcome
			return
		}
		e.CompletedAt = s.now()
		if e.readyAt.After(e.CreatedAt) {
			e.CompletedAt = e.readyAt
		}
	}
}

func (s *Server) retryAfter(w http.ResponseWriter, e *Export) {
	left := max(0, e.readyAt.Sub(s.now()))
	switch s.options.RetryAfter {
	case None:
	case Exact:
		w.Header().Set("Retry-After", seconds(left))
	case Date:
		w.Header().Set("Retry-After", s.now().Add(left+time.Second-1).UTC().Format(http.TimeFormat))
	default:
		w.Header().Set("Retry-After", string(s.options.RetryAfter))
	}
}

// describe returns an export as a DataExport of the API.
func (s *Server) describe(r *http.Request, e *Export) map[string]any {
	manifest := map[string]any{"files": []string{}, "completed_at": nil, "valid_until": nil}
	status := "pending"
	if !e.CompletedAt.IsZero() {
		status = "completed"
		until := e.CompletedAt.Add(24 * time.Hour)
		if s.options.ValidFor > 0 {
			until = e.CompletedAt.Add(s.options.ValidFor)
		}
		manifest["completed_at"] = timestamp(e.CompletedAt)
		if s.options.ValidFor >= 0 {
			manifest["valid_until"] = timestamp(until)
		}
		manifest["files"] = s.addresses(r, e, until)
	}
	out := map[string]any{
		"token": e.Token, "status": status, "created_at": timestamp(e.CreatedAt), "export_type": kinds[e.Path].exportType,
		"manifest": manifest, "attributes": e.Attributes,
	}
	if e.Status != "" {
		out["status"] = e.Status
	}
	if e.Messages != nil {
		out["errors"] = e.Messages
	}
	return out
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func origin(r *http.Request) string {
	if r.URL.Scheme != "" {
		return r.URL.Scheme + "://" + r.URL.Host // in process: the client's own request
	}
	return "http://" + r.Host
}

// Finish completes an export now, whatever its time.
func (s *Server) Finish(token string) {
	s.ChangeExport(token, func(e *Export) { e.CompletedAt = s.now() })
}
