package fakevantage

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Answer returns a handler for Options.Misbehave. It sends a status, a body and header lines such as "Location:
// /there".
func Answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, line := range header {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// HTML responds like a proxy that fails.
func HTML(status int) http.HandlerFunc {
	page := fmt.Sprintf("<html><head><title>%d "+
		"%s</title></head><body>nginx</body></html>\n", status, http.StatusText(status))
	return Answer(status, page, "Content-Type: text/html")
}

// Errors responds with an error in the API's format.
func Errors(status int, messages ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { errorsJSON(w, status, messages...) }
}

// Reset breaks the connection without a response.
func Reset(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// Hang never responds.
func Hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// CutOff breaks the connection in the middle of a response.
func CutOff(w http.ResponseWriter, _ *http.Request) {
	const half = `{"token": "dta_xprt_`
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, half)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// CutFile serves a file and breaks the connection after a number of bytes.
func (s *Server) CutFile(after int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.serveFile(&cutting{w, after}, r) }
}

type cutting struct {
	http.ResponseWriter
	left int64
}

func (c *cutting) Write(p []byte) (int, error) {
	if int64(len(p)) < c.left {
		c.left -= int64(len(p))
		return c.ResponseWriter.Write(p)
	}
	_, _ = c.ResponseWriter.Write(p[:c.left])
	_ = http.NewResponseController(c.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// Redirect redirects to the same path and query at another origin, such as "https://files.example".
func Redirect(origin string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, origin+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	}
}
