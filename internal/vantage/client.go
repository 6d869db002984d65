// Package vantage is a client for the data exports of the Vantage API, version 2.
//
// It makes an export, follows it until it is done, and keeps within the request limits of the account
// while it does so. It knows HTTP and JSON and nothing of Terraform.
package vantage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

const (
	// DefaultHost is the base URL of the public service.
	DefaultHost = "https://api.vantage.sh"
	// DefaultTimeout is how long one HTTP request may take when Options.Timeout is zero.
	DefaultTimeout = 30 * time.Second
	// idleConnections is how many are kept to a host: Terraform runs ten operations at a time.
	idleConnections = 10
)

// Options configure a Client. Only APIToken is required.
type Options struct {
	// Host is the base URL that "/v2" is appended to; a path is allowed, a trailing slash forgiven.
	// Default: DefaultHost. Plain http is refused unless the host is a loopback address.
	Host string
	// APIToken is sent as a bearer token, to Host only.
	APIToken string
	// WorkspaceToken is sent with exports that name no workspace of their own. Default: none.
	WorkspaceToken string
	// Timeout bounds one HTTP request, from its sending to the end of its answer; waiting for a free place
	// in the rate limit and pauses between attempts do not count. While a file is downloaded it bounds the time in
	// which nothing comes. Default: DefaultTimeout.
	Timeout time.Duration
	// MaxPollInterval caps the time between two polls of a pending export. Zero: follow the API's Retry-After.
	MaxPollInterval time.Duration
	// UserAgent is sent with each request.
	UserAgent string
	// Transport carries the requests. Default: a copy of http.DefaultTransport that keeps more idle connections to a host.
	Transport http.RoundTripper
	// Logger is told of each request and each pause at debug level. Default: nothing is logged.
	Logger *slog.Logger
}

// Client calls the API. It is safe for concurrent use, and all its callers share one request budget.
type Client struct {
	base      *url.URL
	http      *http.Client
	files     *http.Client // without the API token, for downloads
	budget    *budget
	durations *durations
	timeout   time.Duration
	workspace string
	userAgent string
	redact    redactor
	log       *slog.Logger
	accepted  acceptances
	served    atomic.Bool // whether the host has ever answered as the API does
}

// New returns a Client. It makes no request.
func New(o Options) (*Client, error) {
	if err := CheckAPIToken(o.APIToken); err != nil {
		return nil, err
	}
	base, err := ParseHost(o.Host)
	if err != nil {
		return nil, err
	}
	if o.Timeout < 0 {
		return nil, fmt.Errorf("the timeout %s is negative", o.Timeout)
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		//nolint:forcetypeassert // always this type, unless a program replaces it
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxResponseHeaderBytes = maxHeader
		t.MaxIdleConnsPerHost = idleConnections
		o.Transport = t
	}
	c := &Client{
		base:      base,
		budget:    newBudget(o.Logger),
		durations: newDurations(),
		timeout:   o.Timeout,
		workspace: o.WorkspaceToken,
		userAgent: o.UserAgent,
		redact:    redactor{secret: o.APIToken},
		log:       o.Logger,
	}
	c.files = &http.Client{Transport: fileTransport{o.Transport, c.redact}, CheckRedirect: checkFileRedirect}
	c.http = &http.Client{
		CheckRedirect: c.checkRedirect,
		Transport: &attempt{
			next:          o.Transport,
			budget:        c.budget,
			timeout:       o.Timeout,
			authorization: "Bearer " + o.APIToken,
			userAgent:     o.UserAgent,
			redact:        c.redact,
			log:           o.Logger,
		},
	}
	return c, nil
}

// CheckAPIToken refuses what cannot be sent as an API token: none, or one with white space or other characters that no
// token has.
func CheckAPIToken(token string) error {
	if token == "" {
		return errors.New("no API token is given")
	}
	for _, c := range token {
		if c <= ' ' || c > '~' {
			return errors.New("the API token has a space, a line break or another character that no token has; " +
				"one that is read from a file may end in a line break, which trimspace removes")
		}
	}
	return nil
}

// call is one call of the API.
type call struct {
	method, path string
	query        url.Values
	body         any // encoded as JSON
	// acceptedAt is when the server accepted what the call is about: a little later it may still answer 404. Zero when
	// that is not known.
	acceptedAt time.Time
	// decode reads an answer of the 2xx kind.
	decode func(*http.Response) error
}

// do makes one API call: it sends, tries again after transient failures for as long as ctx lasts, and hands
// an answer of the 2xx kind to be decoded. All its errors are of type *Error.
//
// A POST is tried again too. The API counts the creation of an export as a read, and a second export made by accident
// expires by itself, whereas one that is given up costs the user an apply. But where nothing tells whether it has made
// one, it is not tried for ever.
func (c *Client) do(ctx context.Context, call call) error {
	var payload []byte
	if call.body != nil {
		encoded, err := json.Marshal(call.body)
		if err != nil {
			return &Error{Kind: Internal, Err: err}
		}
		payload = encoded
	}
	target := c.base.JoinPath(call.path)
	target.RawQuery = call.query.Encode()
	req, err := http.NewRequestWithContext(ctx, call.method, target.String(), bytes.NewReader(payload))
	if err != nil {
		return &Error{Kind: Internal, Err: c.redact.cause(err)}
	}
	started, unconfirmed := time.Now(), 0
	tries := retries{log: c.log}
	failure := tries.run(ctx, func() *Error {
		again := req.Clone(ctx)
		again.Body, _ = req.GetBody() // cannot fail: it reads from memory
		failure := c.send(again, call.decode)
		if failure == nil || failure.ofAPI {
			c.served.Store(true)
		}
		switch {
		case failure == nil:
		case errors.Is(failure, errNotJSON):
			failure.unproven = !c.served.Load()
		case failure.NotFound():
			failure.lagging = time.Since(call.acceptedAt).Abs() < notFoundGrace
		case call.method == http.MethodPost && failure.mayHaveServed():
			failure.fewTimes = true
			unconfirmed++
		}
		return failure
	})
	if failure == nil {
		return nil
	}
	failure.Method, failure.Path, failure.Waited = call.method, req.URL.Path, time.Since(started)
	failure.Unconfirmed = unconfirmed
	return failure
}

// send makes one attempt.
func (c *Client) send(req *http.Request, decode func(*http.Response) error) *Error {
	resp, err := c.http.Do(req)
	if err != nil {
		return unanswered(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return c.rejection(resp)
	}
	return asError(decode(resp))
}

// rejection makes an error of an answer outside 2xx, with the server's own words.
func (c *Client) rejection(resp *http.Response) *Error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return asError(err)
	}
	asked, _ := parseRetryAfter(resp.Header, time.Now())
	return &Error{
		Kind: Rejected, StatusCode: resp.StatusCode, Messages: c.redact.messages(body), retryAfter: asked,
		heldBack: resp.StatusCode == http.StatusTooManyRequests,
		ofAPI:    isErrorOfAPI(body),
	}
}

// isErrorOfAPI reports whether a body has the form of the API's errors, which a gateway's have not.
func isErrorOfAPI(body []byte) bool {
	var said struct{ Errors []json.RawMessage }
	return json.Unmarshal(body, &said) == nil && len(said.Errors) > 0
}

// decodeJSON reads one JSON value with its numbers kept as they were written.
func decodeJSON(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more text after the JSON value")
	}
	return nil
}
