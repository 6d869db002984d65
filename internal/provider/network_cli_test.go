package provider_test

import (
	"encoding/pem"
	"io"
	"log"
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

// Neither a longer timeout nor another attempt helps.
func TestNetwork_failsAtOnceIfItIsNotConfigured(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	server := httptest.NewUnstartedServer(api.Server)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	proxy := httptest.NewServer(fakevantage.Answer(http.StatusProxyAuthRequired, ""))
	t.Cleanup(proxy.Close)
	host := strings.TrimPrefix(proxy.URL, "http://")
	for name, test := range map[string]struct {
		env  map[string]string
		says []string
	}{
		"certificate": {
			map[string]string{"VANTAGE_HOST": server.URL},
			[]string{"127.0.0.1: tls: failed to verify certificate", "SSL_CERT_FILE"},
		},
		"proxy": {
			map[string]string{"VANTAGE_HOST": "https://api.example", "HTTPS_PROXY": "http://me:hunter2@" + host},
			[]string{host, "environment variable HTTPS_PROXY", "status 407"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t, api, oneExport)
			for name, value := range test.env {
				cli.Setenv(name, value)
			}
			out, ok := cli.Run("apply", "-auto-approve", "-no-color")
			out = strings.Join(strings.Fields(strings.ReplaceAll(out, "│", "")), " ")
			for _, want := range test.says {
				if ok || !strings.Contains(out, want) {
					t.Errorf("%q is missing in %s", want, out)
				}
			}
			if strings.Contains(out, "hunter2") || strings.Contains(out, "longer") || len(api.Requests()) > 0 {
				t.Errorf("%d requests, %s", len(api.Requests()), out)
			}
		})
	}
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
