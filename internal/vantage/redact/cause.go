package redact

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
)

// errInvalid is shown for errors that may repeat a response: of the status line, a header line, the length, the
// encoding, a Location, or the debug data of HTTP/2.
var errInvalid = errors.New("no valid HTTP response was received")

// fixed are errors whose text is always the same.
var fixed = []error{
	io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, os.ErrDeadlineExceeded, context.Canceled,
	context.DeadlineExceeded, http.ErrSchemeMismatch,
}

// Cause returns what failed in a request, from an error of net/http, which can repeat what the peer has sent. Errors of
// dialing, name resolution, certificates, TLS, connections and timeouts keep their text, without user names and
// passwords. The text of all others is fixed.
func (r Redactor) Cause(err error) error {
	return errors.New(r.Text(r.cause(err).Error()))
}

func (r Redactor) cause(err error) error {
	for ; err != nil; err = errors.Unwrap(err) {
		//nolint:errorlint // the loop unwraps
		switch e := err.(type) {
		case *net.OpError:
			shown := *e
			// The text of an alert depends on its number only.
			if isAlert := e.Op == "remote error" || e.Op == "local error"; !isAlert {
				shown.Err = r.cause(e.Err)
			}
			return &shown
		case *net.DNSError:
			shown := *e
			shown.Name = r.Host(e.Name) // of a mistyped proxy it may be the password
			return &shown
		case *net.AddrError:
			return errors.New(e.Err)
		case syscall.Errno, tls.RecordHeaderError, *tls.CertificateVerificationError:
			return err
		}
		for _, known := range fixed {
			if err == known { //nolint:errorlint // the loop unwraps
				return err
			}
		}
		timeout, ok := err.(net.Error) //nolint:errorlint // the loop unwraps
		if ok && timeout.Timeout() && errors.Unwrap(err) == nil {
			return err
		}
	}
	return errInvalid
}
