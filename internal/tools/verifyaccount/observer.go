package main

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// exchange is a request with its response, as sent.
type exchange struct {
	method string
	url    *url.URL
	isFile bool // whether the request went to a file server, without the API token
	status int
	header http.Header
	body   []byte // the first bytes of a file
}

// observer is an http.RoundTripper that records exchanges.
type observer struct {
	network http.RoundTripper
	mu      sync.Mutex
	passed  []exchange
}

// maxBody limits what is recorded of a response of the API, and beginning what is recorded of a file, in bytes.
const (
	maxBody   = 8 << 20
	beginning = 512
)

func (o *observer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.network.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	e := exchange{
		method: req.Method,
		url:    req.URL,
		isFile: req.Header.Get("Authorization") == "",
		status: resp.StatusCode,
		header: resp.Header.Clone(),
	}
	most := int64(maxBody)
	if e.isFile {
		most = beginning
	}
	e.body, _ = io.ReadAll(io.LimitReader(resp.Body, most))
	// The client reads the recorded part, then the rest. A body of package http that has failed fails again.
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(e.body), resp.Body), resp.Body}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.passed = append(o.passed, e)
	return resp, nil
}

// exchanges returns the exchanges so far, in the order of the responses.
func (o *observer) exchanges() []exchange {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.passed)
}
