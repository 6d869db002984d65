// Command cmd serves the fake Vantage API on a loopback address, to try the provider by hand with no account:
//
//	go run ./internal/fakevantage/cmd -ready-after 20s
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
	port := flag.Int("port", 8765, "port on 127.0.0.1; 0 for any free one")
	readyAfter := flag.Duration("ready-after", 5*time.Second, "time until an export is completed")
	retryAfter := flag.String("retry-after", "exact", "Retry-After while pending: exact, date, a number of seconds, or empty for none")
	token := flag.String("api-token", "", "the only API token that is let in; empty for any")
	limit := flag.Int("limit", 0, "requests answered in a window; 0 for no limit")
	window := flag.Duration("window", time.Hour, "length of a rate limit window")
	flag.Parse()
	if err := serve(*port, fakevantage.Options{
		APIToken: *token, ReadyAfter: *readyAfter, RetryAfter: fakevantage.RetryAfter(*retryAfter), Limit: *limit, Window: *window,
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
