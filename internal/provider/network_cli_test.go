package provider_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// Pages of a gateway during the wait do not cost the export.
func TestGatewayPages_taintNothing(t *testing.T) {
	t.Parallel()
	pages := []http.HandlerFunc{
		fakevantage.Answer(302, "", "Location: https://login.example/"), fakevantage.HTML(401),
	}
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	api.Change(func(o *fakevantage.Options) {
		o.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
			if r.Method == http.MethodGet && r.Nth <= len(pages) {
				return pages[r.Nth-1]
			}
			return nil
		}
	})
	cli := acctest.NewCLI(t, api, oneExport)
	cli.MustRun("apply", "-auto-approve", "-no-color")
	wantCompletedUntainted(t, cli)
	api.WantRequests(t, 1, 3)
}

// A connection that died while the export was pending is replaced.
func TestDeadConnection_taintsNothing(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "1", ReadyAfter: time.Second})
	server := httptest.NewUnstartedServer(api.Server)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	proxy, err := fakevantage.NewStallingProxy(t.Context(), server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var stalled atomic.Int32
	api.Change(func(o *fakevantage.Options) {
		o.Log = func(e fakevantage.Exchange) {
			if e.Method == http.MethodPost {
				time.AfterFunc(500*time.Millisecond, func() { stalled.Store(int32(proxy.Stall())) })
			}
		}
	})
	certificate := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, block, 0o600); err != nil {
		t.Fatal(err)
	}
	cli := acctest.NewCLI(t, api, oneExport)
	for name, value := range map[string]string{
		"VANTAGE_HOST":    "https://" + proxy.Addr().String(),
		"VANTAGE_TIMEOUT": "3s",
		"SSL_CERT_FILE":   certificate,
	} {
		cli.Setenv(name, value)
	}
	out := cli.MustRun("apply", "-auto-approve", "-no-color")
	wantCompletedUntainted(t, cli)
	if api.Posts() != 1 || stalled.Load() != 1 {
		t.Errorf("%d POSTs, %d connections stalled, want 1 and 1", api.Posts(), stalled.Load())
	}
	if strings.Contains(out, acctest.APIToken) {
		t.Error("the output has the API token")
	}
}

func wantCompletedUntainted(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	got := cli.Instances()["vantage_unit_cost_export.this"]
	if got.Status != "" || got.Attributes["status"] != "completed" {
		t.Errorf("the state has %+v", got)
	}
}
