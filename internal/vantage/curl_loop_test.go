package vantage_test

import (
	"context"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// newCurlLoop follows an export as a short script does: a POST, and a GET every 10 s until it is done. Headers other
// than the Location mean nothing to it; what fails is tried again 10 s later.
func newCurlLoop(_ *testing.T, fake *fakevantage.Server, _ scenario) follower {
	client := &http.Client{Transport: fake.Transport()}
	return func(ctx context.Context) (string, error) {
		method, url := http.MethodPost, "https://api.example/v2/unit_costs/data_exports"
		for {
			req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(`{"cost_report_token":"r"}`))
			if err != nil {
				return "", err
			}
			req.Header.Set("Authorization", "Bearer any")
			resp, err := client.Do(req)
			if err != nil {
				return "", err
			}
			resp.Body.Close()
			switch {
			case resp.StatusCode == http.StatusOK:
				return path.Base(url), nil
			case method == http.MethodPost && resp.StatusCode == http.StatusAccepted:
				method, url = http.MethodGet, resp.Header.Get("Location")
			}
			time.Sleep(10 * time.Second)
		}
	}
}

func TestACurlLoopMakesMoreRequests(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios() {
		if !s.curl {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			ours, loop := s.run(t, newProvider), s.run(t, newCurlLoop)
			t.Logf("provider: %s", ours)
			t.Logf("curl:     %s", loop)
			if ours.requests >= loop.requests || ours.rejected > loop.rejected {
				t.Error("the provider makes no fewer requests than a loop that sleeps 10 s")
			}
		})
	}
}
