package fakevantage

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing/iotest"
)

// Transport returns an http.RoundTripper that passes requests to the server in process, for tests in virtual time: a
// real listener would hang inside a testing/synctest bubble.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	broken := make(chan bool, 1)
	go func() {
		defer func() {
			reason := recover()
			if err, ok := reason.(error); reason != nil && (!ok || !errors.Is(err, http.ErrAbortHandler)) {
				panic(reason)
			}
			broken <- reason != nil
		}()
		t.server.ServeHTTP(answer, in)
	}()
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case broke := <-broken:
		if err := req.Context().Err(); err != nil {
			return nil, err
		}
		if broke && !answer.Flushed {
			return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
		}
		resp := answer.Result()
		resp.Request = req
		// Like net/http: with this header, a response lasts until the connection is closed.
		if resp.ContentLength < 0 && resp.Header.Get("Transfer-Encoding") != "identity" {
			resp.TransferEncoding = []string{"chunked"}
		}
		if broke {
			resp.Body = io.NopCloser(io.MultiReader(resp.Body, iotest.ErrReader(io.ErrUnexpectedEOF)))
		}
		return resp, nil
	}
}
