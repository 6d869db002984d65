package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

const (
	apiToken        = "demo"
	costReportToken = "rprt_demo"
	apiPrefix       = "    api | "
)

// api is a running fake.
type api struct {
	address string
	fake    *fakevantage.Server
	server  *http.Server
}

// startAPI starts a fake that has an export ready after some seconds, and asks the client to look at it a few times
// until then.
func startAPI(ctx context.Context) (*api, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	fake := fakevantage.New(fakevantage.Options{
		APIToken:    apiToken,
		Reports:     []string{costReportToken},
		ReadyAfter:  7 * time.Second,
		RetryAfter:  "3",
		PendingBody: true,
		Log:         show,
	})
	a := &api{
		address: "http://" + listener.Addr().String(),
		fake:    fake,
		server:  &http.Server{Handler: fake, ReadHeaderTimeout: time.Minute},
	}
	go func() { _ = a.server.Serve(listener) }()
	return a, nil
}

func (a *api) close() { _ = a.server.Close() }

// show prints a request. Its path does not hold the signature of a file's address.
func show(r fakevantage.Exchange) {
	state := ""
	if strings.HasPrefix(r.Path, "/v2/data_exports/") {
		state = map[int]string{http.StatusAccepted: " (pending)", http.StatusOK: " (completed)"}[r.Status]
	}
	fmt.Printf("%s%s %s -> %d%s\n", apiPrefix, r.Method, r.Path, r.Status, state)
}

// download returns what a signed address leads to. Its errors do not hold the address.
func download(ctx context.Context, address string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", errors.New("the address of the file cannot be parsed")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return "", fmt.Errorf("the file cannot be read: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the file cannot be read: the server answered %s", resp.Status)
	}
	content, err := io.ReadAll(resp.Body)
	return string(content), err
}
