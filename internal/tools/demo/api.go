package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
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

// startAPI starts a fake that completes an export after some seconds and has the client poll it a few times until then.
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

// show prints a request. The path does not contain the signature of a file's URL.
func show(r fakevantage.Exchange) {
	state := ""
	if strings.HasPrefix(r.Path, "/v2/data_exports/") {
		state = map[int]string{http.StatusAccepted: " (pending)", http.StatusOK: " (completed)"}[r.Status]
	}
	fmt.Printf("%s%s %s -> %d%s\n", apiPrefix, r.Method, r.Path, r.Status, state)
}
