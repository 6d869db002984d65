package vantage

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// A dead HTTP/2 connection is not used again and again, even if another request is in flight on it.
func TestTransport_replacesADeadHTTP2Connection(t *testing.T) {
	t.Parallel()
	fake := fakevantage.New(fakevantage.Options{})
	token := fake.Add(map[string]any{"cost_report_token": "r"}, time.Now())
	server := httptest.NewUnstartedServer(fake)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	proxy, err := fakevantage.NewStallingProxy(t.Context(), server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}

	const timeout = 3 * time.Second
	transport, ok := NewTransport(timeout).(*http.Transport)
	if !ok {
		t.Fatal("the transport has another type")
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	client, err := New(Options{
		APIToken: "any", Timeout: timeout, Transport: transport, Host: "https://" + proxy.Addr().String(),
	})
	if err != nil {
		t.Fatal(err)
	}
	get := func() {
		if e, err := client.GetDataExport(t.Context(), &DataExport{Token: token}); err != nil || !e.Completed() {
			t.Errorf("%+v, %v", e, err)
		}
	}
	get()
	if n := proxy.Stall(); n != 1 {
		t.Fatalf("%d connections, want one of HTTP/2", n)
	}
	var group sync.WaitGroup
	for range 2 {
		group.Go(get)
	}
	group.Wait()
	if n := proxy.Stall(); n < 1 || n > 2 {
		t.Errorf("%d new connections, want one or two", n)
	}
}
