package dataexport_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestStoreFileURLs_ofAnExpiredExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after     time.Duration
		status    string
		gets, all int // for the URLs, and with the refresh afterwards
	}{
		"by its valid_until": {after: 25 * time.Hour},
		"by its status":      {after: time.Hour, status: "expired", gets: 1, all: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, fakevantage.Options{}, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
				state := p.Create(t.Context(), withoutURLs)
				fake.ChangeExport(state.Text("token"), func(e *fakevantage.Export) { e.Status = test.status })
				time.Sleep(test.after)
				stored := p.Apply(t.Context(), state, p.Plan(state, minimal), minimal)
				wantWarning(t, stored, "has expired")
				if n := numberOfFiles(t, stored); n != 0 {
					t.Errorf("%d URLs are stored", n)
				}
				acctest.WantRequests(t, fake, 1, 1+test.gets)
				wantUnchanged(t, p, p.Read(t.Context(), stored), minimal)
				acctest.WantRequests(t, fake, 1, 1+test.all)
			})
		})
	}
}

// Attributes describe what was exported: they stay as they are while URLs are stored.
func TestStoreFileURLs_keepsAttributes(t *testing.T) {
	t.Parallel()
	options := fakevantage.Options{LateAttribute: "owner"}
	inVirtualTime(t, options, func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server) {
		state := p.Create(t.Context(), withoutURLs)
		plan := p.Plan(state, minimal)
		stored := p.Apply(t.Context(), state, plan, minimal)
		wantConsistent(t, plan, stored)
		if n := numberOfFiles(t, stored); n != 1 {
			t.Errorf("%d URLs are stored", n)
		}
		acctest.WantRequests(t, fake, 1, 2)
	})
}

func TestStoreFileURLs_throughTheCLI(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0", LateAttribute: "owner"})
	stored := api.Config(export(`store_file_urls = true`))
	without := api.Config(export(`store_file_urls = false`))
	withheld := []statecheck.StateCheck{
		inState(manifest.AtMapKey("files"), knownvalue.Null()),
		inState(manifest.AtMapKey("completed_at"), knownvalue.NotNull()),
		inState(manifest.AtMapKey("valid_until"), knownvalue.NotNull()),
	}
	api.Run(t,
		resource.TestStep{
			Config: without,
			ConfigPlanChecks: expect(
				plancheck.ExpectUnknownValue(address, manifest.AtMapKey("completed_at")),
				plancheck.ExpectKnownValue(address, manifest.AtMapKey("files"), knownvalue.Null()),
			),
			ConfigStateChecks: withheld,
		},
		unchanged(without),
		applying(stored, plancheck.ResourceActionUpdate, inState(manifest.AtMapKey("files"), fileLinks)),
		unchanged(stored),
		applying(without, plancheck.ResourceActionUpdate, withheld...),
		unchanged(without),
	)
	wantPosts(t, api.Server, 1)
}
