package fakevantage

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// addresses returns the pre-signed URLs of the files of an export.
func (s *Server) addresses(r *http.Request, e *Export, until time.Time) []string {
	count := s.options.Files
	if count == 0 {
		count = 1
	}
	signedAt := e.CompletedAt
	if s.options.SignEachGET {
		e.signed++
		signedAt = s.now()
	}
	amazon := ""
	if lifetime := s.options.URLLifetime; lifetime > 0 {
		amazon = fmt.Sprintf("&X-Amz-Date=%s&X-Amz-Expires=%d",
			signedAt.UTC().Format("20060102T150405Z"), int(lifetime.Seconds()))
		if end := signedAt.Add(lifetime); end.Before(until) {
			until = end
		}
	}
	out := []string{}
	for n := range count {
		path := fmt.Sprintf("/files/%s/unit_costs-%03d.csv", e.Token, n+1)
		out = append(out, fmt.Sprintf("%s%s?X-Expires=%d&X-Nonce=%d&X-Signature=%s%s",
			origin(r), path, until.Unix(), e.signed, signature(path, fmt.Sprint(until.Unix()), fmt.Sprint(e.signed)), amazon))
	}
	return out
}

func signature(parts ...string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(parts, "\n"))))
}

// serveFile serves a file until its pre-signed URL expires.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	until, _ := strconv.ParseInt(q.Get("X-Expires"), 10, 64)
	s.mu.Lock()
	now, content := s.now(), s.content(strings.Split(r.URL.Path+"//", "/")[2])
	s.mu.Unlock()
	if q.Get("X-Signature") != signature(r.URL.Path, q.Get("X-Expires"), q.Get("X-Nonce")) || now.Unix() >= until {
		http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/csv")
	w.Header().Set("ETag", strconv.Quote(signature(r.URL.Path)[:16]))
	http.ServeContent(w, r, "", time.Time{}, content)
}

// content returns a CSV with the rows of each day that the export with a token asks for, by default of March 2025, or
// repeated rows of the size of Options.FileSize.
func (s *Server) content(token string) io.ReadSeeker {
	k, asked := kinds[unitCostExportsPath], map[string]any{}
	if e := s.exports[token]; e != nil {
		k, asked = kinds[e.Path], e.Asked
	}
	first, last := days(asked, time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 3, 31, 0, 0, 0, 0, time.UTC))
	lines := []string{k.header}
	for n, day := 0, first; !day.After(last); n, day = n+1, day.AddDate(0, 0, 1) {
		for _, row := range k.rows {
			lines = append(lines, fmt.Sprintf(row.format, day.Format(time.DateOnly), row.amount*variation(n)))
		}
	}
	whole := []byte(strings.Join(lines, "\n") + "\n")
	if s.options.FileSize == 0 {
		return bytes.NewReader(whole)
	}
	return io.NewSectionReader(repeated(whole), 0, s.options.FileSize)
}

// days returns the days of start_date and end_date, or the defaults.
func days(asked map[string]any, first, last time.Time) (from, to time.Time) {
	day := func(name string, byDefault time.Time) time.Time {
		text, _ := asked[name].(string)
		if at, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))]); err == nil {
			return at
		}
		return byDefault
	}
	return day("start_date", first), day("end_date", last)
}

// repeated is an endless io.ReaderAt that repeats its text, so that a file of any size takes no memory.
type repeated []byte

func (text repeated) ReadAt(p []byte, at int64) (int, error) {
	for n := 0; n < len(p); {
		n += copy(p[n:], text[(at+int64(n))%int64(len(text)):])
	}
	return len(p), nil
}
