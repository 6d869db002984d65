package fakevantage

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// Export is what the server keeps of an export.
type Export struct {
	Token string
	// Asked is the body of the POST.
	Asked map[string]any
	// CreatedAt, by the server's clock; CompletedAt likewise, zero while pending.
	CreatedAt, CompletedAt time.Time
	// Status overrides the status that follows from time and polls. Default: pending, then completed.
	Status string
	// Messages go into the "errors" of the answer beside a Status.
	Messages []string
	// Attributes overrides those that follow from what was asked.
	Attributes map[string]any
	// ValidUntil overrides the end that follows from Options.ValidFor.
	ValidUntil time.Time

	readyAt time.Time
	polls   int
	signed  int
}

// Add puts an export in place as if it had been asked for at the given time, and returns its token.
func (s *Server) Add(asked map[string]any, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(asked, at.Add(s.options.ClockAhead)).Token
}

func (s *Server) add(asked map[string]any, at time.Time) *Export {
	s.serial++
	readyIn := s.options.ReadyAfter
	if s.options.ReadyIn != nil {
		readyIn = s.options.ReadyIn(s.serial)
	}
	e := &Export{
		Token: fmt.Sprintf("dta_xprt_%016x", 0x9e3779b97f4a7c15*uint64(s.serial)),
		Asked: asked, CreatedAt: at, readyAt: at.Add(readyIn),
	}
	s.exports[e.Token] = e
	return e
}

// ChangeExport alters an export. It panics when there is none of that token.
func (s *Server) ChangeExport(token string, change func(*Export)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.exports[token])
}

// Forget removes an export, as the service does some time after it has expired.
func (s *Server) Forget(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.exports, token)
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var asked map[string]any
	if err := json.Unmarshal(raw, &asked); err != nil {
		errorsJSON(w, http.StatusBadRequest, "The request body is not a JSON object")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.options
	if status, problems := o.problems(asked); status != 0 {
		errorsJSON(w, status, problems...)
		return
	}
	e := s.add(asked, s.now())
	s.retryAfter(w, e)
	location := "/v2/data_exports/" + e.Token
	if o.Created != RelativeLocation {
		location = origin(r) + location
	}
	if o.Created != BodyOnly && o.Created != NoToken {
		w.Header().Set("Location", location)
	}
	switch o.Created {
	case LocationAndBody, BodyOnly:
		writeJSON(w, http.StatusAccepted, s.describe(r, e))
	case LocationAndNestBody:
		writeJSON(w, http.StatusAccepted, map[string]any{
			"token": "dta_xprt_0000000000000000", "status": "completed", "export_type": "unit_costs",
			"manifest": map[string]any{"files": [][]string{{"https://files.example/1.csv"}}, "completed_at": nil, "valid_until": nil},
		})
	case LocationAndText:
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "<p>queued</p>")
	case LocationAndNumber:
		writeJSON(w, http.StatusAccepted, http.StatusAccepted)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// problems returns the status and the words a request for an export is refused with; zero when it is fine.
func (o Options) problems(asked map[string]any) (int, []string) {
	var found []string
	for name, value := range asked {
		text, ok := value.(string)
		switch {
		case !slices.Contains([]string{"cost_report_token", "workspace_token", "start_date", "end_date", "date_bin"}, name):
			found = append(found, name+" is not a parameter")
		case !ok || text == "":
			found = append(found, name+" is invalid")
		case name == "date_bin" && !slices.Contains([]string{"day", "week", "month", "quarter", "hour"}, text):
			found = append(found, "date_bin does not have a valid value")
		}
	}
	report, _ := asked["cost_report_token"].(string)
	workspace, _ := asked["workspace_token"].(string)
	switch {
	case asked["cost_report_token"] == nil:
		found = append(found, "cost_report_token is missing")
	case workspace == "" && len(o.Workspaces) > 1:
		found = append(found, "workspace_token is required")
	case workspace != "" && len(o.Workspaces) > 0 && !slices.Contains(o.Workspaces, workspace):
		found = append(found, "workspace_token is invalid")
	}
	if len(found) > 0 {
		slices.Sort(found)
		return http.StatusBadRequest, found
	}
	if len(o.Reports) > 0 && !slices.Contains(o.Reports, report) {
		return http.StatusNotFound, []string{"Cost report not found"}
	}
	return 0, nil
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
	switch {
	case e.Status != "" || !e.CompletedAt.IsZero():
		writeJSON(w, http.StatusOK, s.describe(r, e))
	default:
		s.retryAfter(w, e)
		w.Header().Set("Location", origin(r)+r.URL.Path)
		switch {
		case s.options.PendingBody:
			writeJSON(w, http.StatusAccepted, s.describe(r, e))
		case s.options.EmptyBody:
			w.WriteHeader(http.StatusAccepted)
		default:
			writeJSON(w, http.StatusAccepted, http.StatusAccepted)
		}
	}
}

// settle completes an export whose time has come.
func (s *Server) settle(e *Export) {
	if e.CompletedAt.IsZero() && e.polls > s.options.ReadyAfterPolls && !s.now().Before(e.readyAt) {
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

// describe returns an export as the API's DataExport.
func (s *Server) describe(r *http.Request, e *Export) map[string]any {
	manifest := map[string]any{"files": []string{}, "completed_at": nil, "valid_until": nil}
	status := "pending"
	if !e.CompletedAt.IsZero() {
		status = "completed"
		until := e.CompletedAt.Add(24 * time.Hour)
		if s.options.ValidFor != 0 {
			until = e.CompletedAt.Add(s.options.ValidFor)
		}
		if !e.ValidUntil.IsZero() {
			until = e.ValidUntil
		}
		manifest["completed_at"] = timestamp(e.CompletedAt)
		if s.options.ValidFor >= 0 {
			manifest["valid_until"] = timestamp(until)
		}
		manifest["files"] = s.addresses(r, e, until)
	}
	attributes := e.Attributes
	if attributes == nil {
		attributes = map[string]any{
			"report_token": e.Asked["cost_report_token"], "start_date": e.Asked["start_date"], "end_date": e.Asked["end_date"],
			"groupings": []string{}, "vql": nil, "settings": map[string]any{"include_tax": true, "amortize": true}, "date_bin": e.Asked["date_bin"],
		}
	}
	out := map[string]any{
		"token": e.Token, "status": status, "created_at": timestamp(e.CreatedAt), "export_type": "unit_costs",
		"manifest": manifest, "attributes": attributes,
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
