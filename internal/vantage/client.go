// Package vantage is a client for the data exports of the Vantage API, version 2.
//
// It creates an export, polls it until it completes, and keeps within the rate limits of the account. It knows HTTP and
// JSON and nothing of Terraform.
package vantage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage/ratelimit"
	"terraform-provider-vantage/internal/vantage/redact"
)

const (
	// DefaultTimeout is the timeout of one HTTP request if Options.Timeout is zero.
	DefaultTimeout = 30 * time.Second
	// notFoundGrace is how long after its creation an export may be unknown to the server that responds to a poll.
	notFoundGrace = 10 * time.Second
)

// Options configure a Client. Only APIToken is required.
type Options struct {
	// Host is the base URL that "/v2" is appended to. It may have a path. Plain http is rejected unless the host is a
	// loopback address. Defaults to DefaultHost.
	Host string
	// APIToken is sent as a bearer token, to Host only.
	APIToken string
	// WorkspaceToken is sent with requests for exports that name no workspace. Defaults to none.
	WorkspaceToken string
	// Timeout bounds one HTTP request, from sending it to the end of its response. Delays by the rate limit and between
	// attempts do not count. Defaults to DefaultTimeout.
	Timeout time.Duration
	// MaxPollInterval is the maximum of the delay before each poll of a pending export. Defaults to none.
	MaxPollInterval time.Duration
	// UserAgent is sent with each request.
	UserAgent string
	// Transport carries the requests. Defaults to NewTransport.
	Transport http.RoundTripper
	// Hosts is shared with other clients of the transport. Defaults to one of its own.
	Hosts *retry.Hosts
	// Logger logs each request and delay at debug level. Defaults to none.
	Logger *slog.Logger
}

// Client calls the API. It is safe for concurrent use, and all its callers share one rate limiter.
type Client struct {
	options Options
	base    *url.URL
	send    layer
	redact  redact.Redactor
	history *history
}

// WithDefaults returns the options with the defaults of Timeout, Transport, Hosts and Logger.
func (o Options) WithDefaults() Options {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		o.Transport = NewTransport(o.Timeout)
	}
	if o.Hosts == nil {
		o.Hosts = &retry.Hosts{}
	}
	return o
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
	o = o.WithDefaults()
	redactor := redact.New(o.APIToken)
	return &Client{
		options: o, base: base, send: newLayers(o, redactor), redact: redactor, history: newHistory(),
	}, nil
}

// Shown returns text that the API has reported as messages show it: on one line, truncated to 400 characters, without
// control characters and credentials.
func Shown(text string) string { return redact.Redactor{}.Text(text) }

// newLayers returns what an attempt passes through, here from the inside out. Client.do, which repeats attempts, is
// outside of them all. An error without a response is a *NoResponse.
func newLayers(o Options, redactor redact.Redactor) layer {
	next := Connect(o.Transport, o.Hosts, redactor)
	next = readBody(next, redactor)
	next = logRequests(next, o.Logger, redactor)
	next = bound(next, o.Timeout)
	next = authorize(next, o.APIToken, o.UserAgent)
	next = layer((&http.Client{Transport: next, CheckRedirect: checkRedirect(redactor)}).Do)
	return limit(next, &ratelimit.Limiter{}, o.Logger)
}

// CheckProxy returns an error if requests to the API need a proxy whose environment variable is not usable.
func (c *Client) CheckProxy() error {
	_, err := proxyOf(c.base)
	return err
}

// CheckAPIToken rejects an API token that cannot be sent: an empty one, or one with white space or other characters
// that no token has.
func CheckAPIToken(token string) error {
	if token == "" {
		return errors.New("the API token is empty")
	}
	for _, c := range token {
		if c <= ' ' || c > '~' {
			return errors.New("an API token has only ASCII letters, digits and punctuation, and no space or line break")
		}
	}
	return nil
}

// call is one call of the API.
type call struct {
	method, path string
	query        url.Values
	body         any // encoded as JSON
	// acceptedAt is when the API accepted the export that the call is about: for some seconds the API may still respond
	// with 404. Zero if that is unknown.
	acceptedAt time.Time
	// decode reads a response with a status of 2xx. An *Error is final; any other makes it a malformed response.
	decode func(*http.Response) error
}

// do calls the API: it sends the request, repeats it after failures according to retryPolicy, and decodes the response.
func (c *Client) do(ctx context.Context, call call) *Error {
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
		return &Error{Kind: Internal, Err: c.redact.Cause(err)}
	}
	defer c.options.Hosts.Begin()()
	started, unconfirmed := time.Now(), 0
	loop := retry.Loop[Error]{Log: c.options.Logger}
	failure, ended := loop.Run(ctx, func() (*Error, retry.Decision) {
		again := req.Clone(ctx)
		again.Body, _ = req.GetBody() // cannot fail: it reads from memory
		failure, decision := c.attempt(again, call)
		if decision.Policy == retry.FewTimes {
			unconfirmed++
			c.options.Logger.WarnContext(ctx, "the outcome of a request to create an export is unknown",
				"attempt", unconfirmed, "failure", failure.Error())
		}
		return failure, decision
	})
	switch {
	case ended != nil:
		failure = Ended(ended, failure)
	case failure == nil:
		return nil
	}
	failure.Method, failure.Path = call.method, req.URL.Path
	failure.Unconfirmed = unconfirmed
	failure.Measure(ctx, started)
	return failure
}

// attempt makes one attempt, and decides what follows if it fails.
func (c *Client) attempt(req *http.Request, call call) (*Error, retry.Decision) {
	resp, err := c.send(req) //nolint:bodyclose // a layer has read and closed the body
	var none *NoResponse
	var failure *Error
	switch {
	case errors.As(err, &none):
		return none.Failure, none.Decision
	case resp == nil:
		err = errors.New("the response redirects to a Location that is not a URL")
		return &Error{Kind: Malformed, Err: err}, retry.Decision{Policy: retry.OneMinute}
	case errors.As(err, &failure): // by checkRedirect
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		err = call.decode(resp)
		switch {
		case err == nil:
			return nil, retry.Decision{}
		case errors.As(err, &failure):
			failure.StatusCode = resp.StatusCode
			return failure, retry.Decision{}
		}
		failure = &Error{Kind: Malformed, Err: err}
	default:
		failure = c.rejection(resp)
	}
	failure.StatusCode = resp.StatusCode
	if !failure.FromAPI {
		failure.ContentType = c.redact.ContentType(resp.Header.Get("Content-Type"))
	}
	decision := retry.Decision{Policy: retryPolicy(attempt{
		method: req.Method, status: resp.StatusCode, fromAPI: failure.FromAPI,
		recent: time.Since(call.acceptedAt).Abs() < notFoundGrace,
	})}
	if resp.StatusCode == http.StatusServiceUnavailable {
		decision.After = ratelimit.RetryAfter(resp.Header)
	}
	return failure, decision
}

// rejection returns the error that a response without success describes.
func (c *Client) rejection(resp *http.Response) *Error {
	failure := &Error{Kind: Rejected}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		failure.Err = err
		return failure
	}
	messages, ofAPI := c.redact.Messages(body)
	failure.FromAPI = ofAPI && resp.StatusCode >= 400
	for _, message := range messages {
		if !strings.EqualFold(message, http.StatusText(resp.StatusCode)) { // which is said with the status
			failure.Messages = append(failure.Messages, message)
		}
	}
	return failure
}
