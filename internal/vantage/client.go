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
	"sync"
	"time"

	"terraform-provider-vantage/internal/vantage/ratelimit"
	"terraform-provider-vantage/internal/vantage/redact"
)

const (
	// DefaultHost is the base URL of the public service.
	DefaultHost = "https://api.vantage.sh"
	// DefaultTimeout is the timeout of one HTTP request if Options.Timeout is zero.
	DefaultTimeout = 30 * time.Second
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
	// MaxPollInterval caps the time between two polls of a pending export. Zero: follow the API's Retry-After.
	MaxPollInterval time.Duration
	// UserAgent is sent with each request.
	UserAgent string
	// Transport carries the requests. Defaults to a copy of http.DefaultTransport that checks its HTTP/2 connections.
	Transport http.RoundTripper
	// Logger logs each request and delay at debug level. Defaults to none.
	Logger *slog.Logger
}

// Client calls the API. It is safe for concurrent use, and all its callers share one rate limiter.
type Client struct {
	// Shared holds what users of the client share as long as it exists, such as the paths of files that were written. As
	// in a context, keys have types of the user's package.
	Shared sync.Map

	options Options
	base    *url.URL
	http    *http.Client
	redact  redact.Redactor
	history *history
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
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		o.Transport = newTransport(o.Timeout)
	}
	c := &Client{options: o, base: base, redact: redact.New(o.APIToken), history: newHistory()}
	c.http = &http.Client{
		CheckRedirect: checkRedirect,
		Transport: &apiTransport{
			next:          o.Transport,
			timeout:       o.Timeout,
			authorization: "Bearer " + o.APIToken,
			userAgent:     o.UserAgent,
			redact:        c.redact,
			log:           o.Logger,
		},
	}
	return c, nil
}

// Transport returns the transport of the client without its API token and rate limits, for requests to file servers.
func (c *Client) Transport() http.RoundTripper { return c.options.Transport }

// Timeout returns the timeout of one request.
func (c *Client) Timeout() time.Duration { return c.options.Timeout }

// UserAgent returns the user agent of the client's requests.
func (c *Client) UserAgent() string { return c.options.UserAgent }

// Logger returns the logger of the client.
func (c *Client) Logger() *slog.Logger { return c.options.Logger }

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
	started := time.Now()
	retrier := Retrier{Log: c.options.Logger}
	failure := retrier.Run(ctx, func() *Error {
		attempt := req.Clone(ctx)
		attempt.Body, _ = req.GetBody() // cannot fail: it reads from memory
		failure := c.send(attempt, call)
		if failure != nil && failure.Retry.Policy == RetryFewTimes {
			c.options.Logger.WarnContext(ctx, "the outcome of a request to create an export is unknown",
				"attempt", retrier.few+1, "failure", failure.Error())
		}
		return failure
	})
	if failure == nil {
		return nil
	}
	failure.Method, failure.Path = call.method, req.URL.Path
	failure.Waited, failure.Unconfirmed = timeWaited(ctx, started), retrier.few
	return failure
}

// send makes one attempt.
func (c *Client) send(req *http.Request, call call) *Error {
	resp, err := c.http.Do(req) //nolint:bodyclose // the transport has read and closed the body
	var failure *Error
	switch {
	case resp == nil && errors.As(err, &failure):
		return failure
	case resp == nil:
		return &Error{Kind: Malformed, Err: c.redact.Cause(err)} // an unreadable Location
	case errors.As(err, &failure): // by checkRedirect
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		if err = call.decode(resp); err == nil {
			return nil
		}
		if errors.As(err, &failure) {
			failure.StatusCode = resp.StatusCode
			return failure
		}
		failure = &Error{Kind: Malformed, Err: err}
	default:
		failure = c.rejection(resp)
	}
	failure.StatusCode = resp.StatusCode
	if !failure.FromAPI {
		failure.ContentType = redact.ContentType(resp.Header.Get("Content-Type"))
	}
	failure.Retry.Policy = retryPolicy(attempt{
		method: req.Method, status: resp.StatusCode, fromAPI: failure.FromAPI,
		recent: time.Since(call.acceptedAt).Abs() < notFoundGrace,
	})
	if resp.StatusCode == http.StatusServiceUnavailable {
		failure.Retry.After = ratelimit.RetryAfter(resp.Header)
	}
	return failure
}

// rejection returns the error that a response without success describes.
func (c *Client) rejection(resp *http.Response) *Error {
	failure := &Error{Kind: Rejected}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		failure.Err = err
		return failure
	}
	failure.Messages, failure.FromAPI = c.redact.Messages(body)
	failure.FromAPI = failure.FromAPI && resp.StatusCode >= 400
	return failure
}
