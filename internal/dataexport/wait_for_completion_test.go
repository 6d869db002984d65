package dataexport_test

import (
	"fmt"
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

func TestUnwaitedExport(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	config := func(more string) string {
		return api.Config("resource \"vantage_unit_cost_export\" \"this\" {\n  cost_report_token = " +
			"\"rprt_1\"\n" + more + "\n}")
	}
	finish := func() {
		for token := range api.Exports() {
			api.Finish(token)
		}
	}
	unwaited := config("wait_for_completion = false")
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
		resource.TestStep{
			Config:           config("wait_for_completion = false\ntimeouts { create = \"1h\" }"),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionUpdate)),
		},
		resource.TestStep{
			PreConfig: finish,
			Config:    config("wait_for_completion = false\ntimeouts { create = \"1h\" }"),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(
					tfjsonpath.New("status"),
					knownvalue.StringExact("completed"),
				),
				inState(manifest.AtMapKey("files"), fileLinks),
			},
		},
		unchanged(config("wait_for_completion = false\ntimeouts { create = \"1h\" }")),
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestTurningTheWaitOnResumesIt(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 5, RetryAfter: "1"})
	config := func(wait bool) string {
		return api.Config(fmt.Sprintf("resource \"vantage_unit_cost_export\" \"this\" {\n  cost_report_token = "+
			"\"rprt_1\"\n wait_for_completion = %v\n}", wait))
	}
	api.Run(t,
		resource.TestStep{Config: config(false)},
		resource.TestStep{
			Config:            config(true),
			ConfigPlanChecks:  expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: []statecheck.StateCheck{inState(manifest.AtMapKey("files"), fileLinks)},
		},
		unchanged(config(true)),
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made", api.Posts())
	}
}
