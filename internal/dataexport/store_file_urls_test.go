package dataexport_test

import (
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

var withoutURLs = map[string]any{"cost_report_token": "rprt_1", "store_file_urls": false}

func TestStoreFileURLs_ofAnExpiredExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after   time.Duration
		status  string
		unknown bool // to the API
		gets    int
	}{
		"by its valid_until": {after: 25 * time.Hour},
		"by its status":      {after: time.Hour, status: "expired", gets: 1},
		"unknown to the API": {after: time.Hour, unknown: true, gets: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), withoutURLs)
				fake.ChangeExport(state.Text("token"), func(e *fakevantage.Export) { e.Status = test.status })
				if test.unknown {
					fake.Forget(state.Text("token"))
				}
				time.Sleep(test.after)
				stored := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
				wantWarning(t, stored, "has expired")
				if n := numberOfFiles(t, stored); n != 0 || stored.Text("manifest", "urls_valid_until") == "" {
					t.Errorf("the state is %v", stored.Value)
				}
				acctest.WantRequests(t, fake, 1, 1+test.gets)
				wantUnchanged(t, p, p.Read(t.Context(), stored), minimal)
				acctest.WantRequests(t, fake, 1, 1+test.gets)
			})
		})
	}
}

func TestStoreFileURLs_trueRequestsThem(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), withoutURLs)
		stored := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
		wantCompleted(t, stored)
		if n := numberOfFiles(t, stored); n != 1 {
			t.Errorf("%d URLs are stored", n)
		}
		acctest.WantRequests(t, fake, 1, 2)
	})
}
