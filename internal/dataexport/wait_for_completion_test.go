package dataexport_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestWaitForCompletion_falseOnlyCreates(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	unwaited := api.Config(export(`wait_for_completion = false`))
	longer := api.Config(export(`wait_for_completion = false`, `timeouts { create = "1h" }`))
	finish := func() {
		for token := range api.Exports() {
			api.Finish(token)
		}
	}
	api.Run(t,
		resource.TestStep{
			Config: unwaited,
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("status"), knownvalue.StringExact("pending")),
				inState(manifest.AtMapKey("files"), knownvalue.Null()),
				inState(manifest.AtMapKey("completed_at"), knownvalue.Null()),
			},
			Check: func(*terraform.State) error { api.WantRequests(t, 1, 0); return nil },
		},
		unchanged(unwaited),
		applying(longer, plancheck.ResourceActionUpdate),
		resource.TestStep{
			PreConfig: finish,
			Config:    longer,
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				inState(manifest.AtMapKey("files"), fileLinks),
			},
		},
		unchanged(longer),
	)
	wantPosts(t, api.Server, 1)
}

func TestWaitForCompletion_trueResumesTheWait(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 5, RetryAfter: "1"})
	waited := api.Config(export(`wait_for_completion = true`))
	api.Run(t,
		resource.TestStep{Config: api.Config(export(`wait_for_completion = false`))},
		applying(waited, plancheck.ResourceActionUpdate, inState(manifest.AtMapKey("files"), fileLinks)),
		unchanged(waited),
	)
	wantPosts(t, api.Server, 1)
}
