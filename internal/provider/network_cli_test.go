package provider_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// net/http reads the environment variable once in a process. Neither a longer timeout nor another attempt helps.
func TestProxy_ofTheEnvironmentIsUsed(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	proxy := httptest.NewServer(fakevantage.Answer(http.StatusProxyAuthRequired, ""))
	t.Cleanup(proxy.Close)
	host := strings.TrimPrefix(proxy.URL, "http://")
	cli := acctest.NewCLI(t, api, oneExport)
	cli.Setenv("VANTAGE_HOST", "https://api.example")
	cli.Setenv("HTTPS_PROXY", "http://me:hunter2@"+host)
	out, ok := cli.Run("apply", "-auto-approve", "-no-color")
	out = strings.Join(strings.Fields(strings.ReplaceAll(out, "│", "")), " ")
	for _, want := range []string{host, "environment variable HTTPS_PROXY", "status 407"} {
		if ok || !strings.Contains(out, want) {
			t.Errorf("%q is missing in %s", want, out)
		}
	}
	if strings.Contains(out, "hunter2") || strings.Contains(out, "longer") || len(api.Requests()) > 0 {
		t.Errorf("%d requests, %s", len(api.Requests()), out)
	}
}
