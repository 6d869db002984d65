// Command cmd serves the fake Vantage API on a loopback address, to try the provider without an account. Limits and
// times default to the recorded behavior of the service. For a quick start:
//
//	go run ./internal/fakevantage/cmd -ready-after 5s -retry-after 2
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

func main() {
	address, fake := newFake(os.Args[1:], os.Stdout)
	if err := serve(address, fake); err != nil {
		log.Fatal(err)
	}
}

// newFake returns the fake that the flags describe and its address. The fake writes a line for each request to w.
func newFake(args []string, w io.Writer) (address string, fake *fakevantage.Server) {
	o := fakevantage.AsRecorded()
	o.SampleUnitCosts = true
	flags := flag.NewFlagSet("fakevantage", flag.ExitOnError)
	port := flags.Int("port", 8765, "port on 127.0.0.1; 0 for any free port")
	flags.DurationVar(&o.ReadyAfter, "ready-after", o.ReadyAfter, "time until an export completes")
	files := flags.Int("files", 1, "files of an export; 0 for none")
	flags.DurationVar(&o.URLLifetime, "urls-valid-for", 0,
		"time from completion until URLs expire; 0 for that of the export")
	retryAfter := flags.String("retry-after", string(o.RetryAfter),
		"Retry-After while pending: seconds, exact or date for the remaining time, or empty for none")
	flags.DurationVar(&o.ValidFor, "valid-for", 24*time.Hour, "time from completion until an export expires")
	flags.StringVar(&o.APIToken, "api-token", "", "the only accepted API token; empty for any")
	flags.IntVar(&o.Limit, "limit", 0, "requests of all routes in a window; 0 for the recorded limits by route")
	flags.DurationVar(&o.Window, "window", time.Hour, "length of the window of -limit")
	fail := flags.Bool("fail", false, "exports fail instead of completing")
	errorEvery := flags.Int("errors", 0, "every nth request to the API fails; 0 for none, or for all with -status")
	status := flags.Int("status", 0, "status of failed requests, such as 401, 402, 403, 404, 422 or 429; 0 for 503")
	_ = flags.Parse(args) // exits on an error
	switch {
	case *status == 0:
		*status = http.StatusServiceUnavailable
	case *errorEvery == 0:
		*errorEvery = 1
	}
	if o.Files = *files; *files == 0 {
		o.Files = -1
	}
	o.RetryAfter = fakevantage.RetryAfter(*retryAfter)
	o.TokenSeed = uint64(time.Now().UnixNano())
	if *fail {
		o.Outcome = "failed"
	}
	o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
		if *errorEvery > 0 && r.N%*errorEvery == 0 && strings.HasPrefix(r.Path, "/v2/") {
			return fakevantage.Errors(*status, http.StatusText(*status))
		}
		return nil
	}
	requests := log.New(w, "", 0)
	o.Log = func(r fakevantage.Exchange) { requests.Printf("%s %s %d", r.Method, r.Path, r.Status) }
	return fmt.Sprintf("127.0.0.1:%d", *port), fakevantage.New(o)
}

func serve(address string, fake http.Handler) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("A fake Vantage API listens on http://%s\n", listener.Addr())
	server := &http.Server{Handler: fake, ReadHeaderTimeout: time.Minute}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
