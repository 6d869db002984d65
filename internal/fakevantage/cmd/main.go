// Command cmd serves the fake Vantage API on a loopback address, to try the provider by hand with no account. Its
// limits and times are by default those that were recorded of the service; shorter times are
//
//	go run ./internal/fakevantage/cmd -ready-after 5s -retry-after 2
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

func main() {
	recorded := fakevantage.AsRecorded()
	port := flag.Int("port", 8765, "port on 127.0.0.1; 0 for any free one")
	readyAfter := flag.Duration("ready-after", recorded.ReadyAfter, "time until an export is completed")
	retryAfter := flag.String("retry-after", string(recorded.RetryAfter),
		"Retry-After while pending: a number of seconds; exact or date for the time that is left; or empty for none")
	token := flag.String("api-token", "", "the only API token that is let in; empty for any")
	limit := flag.Int("limit", 0, "requests of all routes answered in a window; 0 for the recorded limits by route")
	window := flag.Duration("window", time.Hour, "length of the window of -limit")
	flag.Parse()
	if err := serve(*port, fakevantage.Options{
		APIToken: *token, ReadyAfter: *readyAfter, RetryAfter: fakevantage.RetryAfter(*retryAfter),
		Limit: *limit, Window: *window,
		Log: func(r fakevantage.Exchange) { fmt.Printf("%s %s %d\n", r.Method, r.Path, r.Status) },
	}); err != nil {
		log.Fatal(err)
	}
}

func serve(port int, o fakevantage.Options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	fmt.Printf("A fake Vantage API answers at http://%s\n", listener.Addr())
	server := &http.Server{Handler: fakevantage.New(o), ReadHeaderTimeout: time.Minute}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
