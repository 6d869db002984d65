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
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// DefaultHost is the address of the public service.
	DefaultHost = "https://api.vantage.sh"
	// DefaultTimeout is how long one HTTP request may take when Options.Timeout is zero.
	DefaultTimeout = 30 * time.Second
)

// Options configure a Client. Only APIToken is required.
type Options struct {
	// Host is the base address that "/v2" is appended to; a path is allowed, a trailing slash forgiven.
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
	// UserAgent is sent with each request.
	UserAgent string
	// Transport carries the requests. Default: a copy of http.DefaultTransport.
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
		t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // always this type, unless somebody changed the default
		t.MaxResponseHeaderBytes = maxHeader
		o.Transport = t
	}
	c := &Client{
		base:      base,
		files:     &http.Client{Transport: o.Transport, CheckRedirect: checkFileRedirect},
		budget:    newBudget(o.Logger),
		durations: newDurations(),
		timeout:   o.Timeout,
		workspace: o.WorkspaceToken,
		userAgent: o.UserAgent,
		redact:    redactor{secret: o.APIToken},
		log:       o.Logger,
	}
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

// CheckAPIToken refuses what cannot be sent as an API token: none, or one with white space or other characters that no token has.
func CheckAPIToken(token string) error {
	if token == "" {
		return errors.New("no API token is given")
	}
	for _, c := range token {
		if c <= ' ' || c > '~' {
			return errors.New("the API token has a space, a line break or another character that no token has; one that is read from a file may end in a line break, which trimspace removes")
		}
	}
	return nil
}

// do makes one API call: it sends, tries again after transient failures for as long as ctx lasts, and hands
// an answer of the 2xx kind to decode. All its errors are of type *Error.
//
// A POST is tried again too. The API counts the creation of an export as a read, and a second export made by
// accident expires by itself, whereas one that is given up costs the user an apply.
func (c *Client) do(ctx context.Context, method, path string, body any, decode func(*http.Response) error) error {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return &Error{Kind: Malformed, Err: err}
		}
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), payload)
	if err != nil {
		return &Error{Kind: Malformed, Err: err}
	}
	tries := &retries{started: time.Now(), redact: c.redact, log: c.log}
	req.SetResponseHandler(func(resp *http.Response) error {
		if resp.StatusCode < 200 || resp.StatusCode > 299 {
			return c.rejection(resp)
		}
		return decode(resp)
	})
	caller := retryablehttp.Client{
		HTTPClient:   c.http,
		RetryMax:     math.MaxInt,
		CheckRetry:   tries.check,
		Backoff:      tries.backoff,
		ErrorHandler: func(_ *http.Response, err error, _ int) (*http.Response, error) { return nil, err },
	}
	// The answer's body was read whole and closed by attempt; what is left is memory.
	if _, err = caller.Do(req); err == nil { //nolint:bodyclose // see above
		return nil
	}
	return tries.explain(ctx, err, method, req.URL.Path)
}

// rejection makes an error of an answer outside 2xx, with the server's own words.
func (c *Client) rejection(resp *http.Response) *Error {
	body, _ := io.ReadAll(resp.Body)
	asked, _ := parseRetryAfter(resp.Header, time.Now())
	return &Error{Kind: Rejected, StatusCode: resp.StatusCode, Messages: c.redact.messages(body), retryAfter: asked}
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
