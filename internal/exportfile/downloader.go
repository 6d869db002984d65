package exportfile

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"terraform-provider-vantage/internal/retry"
	"terraform-provider-vantage/internal/vantage"
	"terraform-provider-vantage/internal/vantage/redact"
)

// Options configure a Downloader. All are required.
type Options struct {
	// Transport carries the requests, and Hosts knows its hosts.
	Transport http.RoundTripper
	Hosts     *retry.Hosts
	// Timeout bounds the time without data.
	Timeout time.Duration
	// UserAgent is sent with each request.
	UserAgent string
	// Logger logs each response and delay at debug level.
	Logger *slog.Logger
	// Renew returns an export with fresh pre-signed URLs, as vantage.Client.GetDataExport does.
	Renew func(context.Context, *vantage.DataExport) (*vantage.DataExport, error)
}

// Downloader downloads the files of exports. It is safe for concurrent use.
type Downloader struct {
	options Options
	client  http.Client
	claims  claims
}

// New returns a Downloader.
func New(o Options) *Downloader {
	transport := vantage.Connect(o.Transport, o.Hosts, redact.Redactor{})
	return &Downloader{options: o, client: http.Client{Transport: transport, CheckRedirect: checkRedirect}}
}
