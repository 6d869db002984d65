package fakevantage

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
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
		i := n
		if s.options.RotateFiles {
			i = (n + e.polls) % count
		}
		path := fmt.Sprintf("/files/%s/unit_costs-%03d.csv", e.Token, i+1)
		out = append(out, fmt.Sprintf("%s%s?X-Expires=%d&X-Nonce=%d&X-Signature=%s%s",
			origin(r), path, until.Unix(), e.signed, signature(path, fmt.Sprint(until.Unix()), fmt.Sprint(e.signed)), amazon))
	}
	return out
}

func signature(parts ...string) string {
	mac := hmac.New(sha256.New, []byte("fakevantage"))
	for _, p := range parts {
		mac.Write([]byte(p + "\n"))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// serveFile serves a file until its pre-signed URL expires.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	until, _ := strconv.ParseInt(q.Get("X-Expires"), 10, 64)
	s.mu.Lock()
	now, size := s.now(), s.options.FileSize
	s.mu.Unlock()
	if q.Get("X-Signature") != signature(r.URL.Path, q.Get("X-Expires"), q.Get("X-Nonce")) || now.Unix() >= until {
		http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/csv")
	w.Header().Set("ETag", strconv.Quote(signature(r.URL.Path)[:16]))
	http.ServeContent(w, r, "", time.Time{}, newFile(size))
}

const fileHeader = "business_metric_token,business_metric_title,calculation_type,unit_cost_amount," +
	"business_metric_amount,scale,date\n"

// newFile returns a CSV of unit costs: two metrics a day for a month, or repeated rows of the given size.
func newFile(size int64) io.ReadSeeker {
	var rows bytes.Buffer
	for day := range 31 {
		for _, row := range sampleDay(day, time.Date(2025, 3, 1+day, 0, 0, 0, 0, time.UTC)) {
			fmt.Fprintf(&rows, "%s,%s,%s,%s,%s,%.1f,%s\n", row.BusinessMetricToken, row.BusinessMetricTitle,
				*row.CalculationType, *row.UnitCostAmount, *row.BusinessMetricAmount, row.Scale, row.Date)
		}
	}
	whole := append([]byte(fileHeader), rows.Bytes()...)
	if size == 0 {
		return bytes.NewReader(whole)
	}
	return io.NewSectionReader(repeated(whole), 0, size)
}

// repeated is an endless io.ReaderAt that repeats its text, so that a file of any size takes no memory.
type repeated []byte

func (text repeated) ReadAt(p []byte, at int64) (int, error) {
	for n := 0; n < len(p); {
		n += copy(p[n:], text[(at+int64(n))%int64(len(text)):])
	}
	return len(p), nil
}
