package dataexport_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// asked is an export as somebody else has had it made.
var asked = map[string]any{
	"cost_report_token": "rprt_1",
	"start_date":        "2025-03-01T00:00:00Z",
	"end_date":          "2025-03-31T00:00:00Z",
	"date_bin":          "week",
}

const matching = `
resource "vantage_unit_cost_export" "this" {
  cost_report_token = "rprt_1"
  start_date        = "2025-03-01"
  end_date          = "2025-03-31"
  date_bin          = "week"
}
`

func TestImportWithTheMatchingConfigurationPlansNothing(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	api.Run(
		t,
		resource.TestStep{
			Config:             api.Config(matching),
			ResourceName:       address,
			ImportState:        true,
			ImportStateId:      token,
			ImportStatePersist: true,
		},
		resource.TestStep{
			Config:           api.Config(matching),
			ConfigPlanChecks: expect(plancheck.ExpectEmptyPlan()),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("cost_report_token"), knownvalue.StringExact("rprt_1")),
				inState(tfjsonpath.New("date_bin"), knownvalue.StringExact("week")),
				inState(tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				inState(manifest.AtMapKey("files"), fileLinks),
			},
		},
		// From then on it is like any other.
		resource.TestStep{
			Config:           api.Config(strings.Replace(matching, "date_bin ", "triggers = { a = 1 }\ndate_bin ", 1)),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionReplace)),
		},
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made, want the last step's alone", api.Posts())
	}
}

func TestImportTakesOverWhatTheAPIDoesNotTell(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	with := func(workspace string) string {
		return api.Config(strings.Replace(matching, "date_bin ", "workspace_token = \""+workspace+"\"\ntriggers = { a = "+
			"1 }\ndate_bin ", 1))
	}
	api.Run(
		t,
		resource.TestStep{
			Config:             with("wrkspc_1"),
			ResourceName:       address,
			ImportState:        true,
			ImportStateId:      token,
			ImportStatePersist: true,
		},
		resource.TestStep{Config: with("wrkspc_1"), ConfigPlanChecks: expect(action(plancheck.ResourceActionUpdate))},
		unchanged(with("wrkspc_1")),
		resource.TestStep{Config: with("wrkspc_2"), ConfigPlanChecks: expect(action(plancheck.ResourceActionReplace))},
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made, want the last step's alone", api.Posts())
	}
}

func TestImportOfAFailedExportSaysWhy(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	api.ChangeExport(token, func(e *fakevantage.Export) { e.Status, e.Messages = "failed", []string{"no such metric"} })
	api.Run(t, resource.TestStep{
		Config: api.Config(
			matching,
		),
		ResourceName:  address,
		ImportState:   true,
		ImportStateId: token,
		ExpectError:   regexp.MustCompile(`(?s)Could not import.*no such metric`),
	})
	api.WantRequests(t, 0, 1)
}

func TestImportBlock(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	block := fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, token)
	api.Run(
		t,
		resource.TestStep{
			Config:           api.Config(block + matching),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionNoop)),
		},
		unchanged(api.Config(matching)),
	)
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	acctest.SkipIfShort(t)
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{
				Config: api.Config(fmt.Sprintf("import {\n  to = %s\n  identity = { token = %q "+
					"}\n}\n", address, token) + matching),
				ConfigPlanChecks: expect(action(plancheck.ResourceActionNoop)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"token": knownvalue.StringExact(token)}),
				},
			},
			unchanged(api.Config(matching)),
		},
	})
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestImportOfAPendingExportResumesTheWait(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 3, RetryAfter: "1"})
	token := api.Add(asked, time.Now())
	api.Run(
		t,
		resource.TestStep{
			Config:             api.Config(matching),
			ResourceName:       address,
			ImportState:        true,
			ImportStateId:      token,
			ImportStatePersist: true,
		},
		resource.TestStep{
			Config:           api.Config(matching),
			ConfigPlanChecks: expect(action(plancheck.ResourceActionUpdate)),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("token"), knownvalue.StringExact(token)),
				inState(manifest.AtMapKey("files"), fileLinks),
			},
		},
		unchanged(api.Config(matching)),
	)
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}

func TestImportOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	for id, message := range map[string]string{
		"dta_xprt_unknown": `Could not import unit cost export(?s).*404.*There is no such export`,
		"../../costs":      `letters, digits, underscores`,
	} {
		api.Run(t, resource.TestStep{
			Config: api.Config(
				matching,
			),
			ResourceName:  address,
			ImportState:   true,
			ImportStateId: id,
			ExpectError:   regexp.MustCompile(acctest.Loose(message)),
		})
	}
	api.WantRequests(t, 0, 1)
}

func TestConfigurationIsGeneratedForAnImport(t *testing.T) {
	t.Parallel()
	// Terraform 1.5 crashes where a computed attribute has attributes of its own.
	acctest.Version{Terraform: "1.6", OpenTofu: "1.6"}.SkipUnlessMet(t)
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	cli := acctest.NewCLI(t, api, "import {\n  to = "+address+"\n  id = \""+token+"\"\n}\n")
	cli.MustRun("plan", "-no-color", "-generate-config-out=generated.tf")
	generated, err := os.ReadFile(filepath.Join(cli.Dir, "generated.tf"))
	if err != nil || !strings.Contains(string(generated), `"rprt_1"`) {
		t.Fatalf("%s, %v", generated, err)
	}
	if out := cli.MustRun("apply", "-no-color", "-auto-approve"); !strings.Contains(out, "1 imported, 0 added, 0 "+
		"changed, 0 destroyed") {
		t.Error(out)
	}
	if out, ok := cli.Run("plan", "-no-color", "-detailed-exitcode"); !ok {
		t.Errorf("the plan is not empty: %s", out)
	}
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}
