package dataexport_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// importBlock is an import block for the resource at address. The line says which export, by its id or identity.
func importBlock(line string) string {
	return fmt.Sprintf("import {\n  to = %s\n  %s\n}\n", address, line)
}

func TestImport_byIdentity(t *testing.T) {
	t.Parallel()
	acctest.SkipIfShort(t)
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	block := importBlock(fmt.Sprintf("identity = { token = %q }", token))
	matching := export(`start_date = "2025-03-01"`, `end_date = "2025-03-31"`, `date_bin = "week"`)
	identity := map[string]knownvalue.Check{"token": knownvalue.StringExact(token)}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{
				Config: api.Config(block + matching),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectIdentity(address, identity)},
			},
			{Config: api.Config(matching), PlanOnly: true},
		},
	})
	wantPosts(t, api.Server, 0)
}

func TestImport_generatesConfiguration(t *testing.T) {
	t.Parallel()
	// Terraform 1.5 crashes because a computed attribute has attributes of its own.
	acctest.Version{Terraform: "1.6", OpenTofu: "1.6"}.SkipUnlessMet(t)
	acctest.SkipTerraform(t, "1.16.0", "1.16.3", "fails in Terraform: hashicorp/terraform#39144")
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	cli := acctest.NewCLI(t, api, importBlock(fmt.Sprintf("id = %q", token)))
	cli.MustRun("plan", "-no-color", "-generate-config-out=generated.tf")
	wantSaid(t, acctest.Contents(t, filepath.Join(cli.Dir, "generated.tf")), `"rprt_1"`)
	wantSaid(t, cli.MustRun("apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 1 changed, 0 destroyed")
	cli.WantEmptyPlan()
	wantPosts(t, api.Server, 0)
}

// "terraform import", and a refresh before the plan.
func TestImport_adoptsWhatTheAPIDoesNotReport(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.AddOf("/v2/costs/data_exports",
		map[string]any{"cost_report_token": "rprt_1", "groupings": "provider"}, time.Now())
	api.ChangeExport(token, func(e *fakevantage.Export) {
		e.Attributes = reported(map[string]any{"report_token": "rprt_1", "groupings": []string{"provider"}})
	})
	config := func(month string) string {
		triggers := fmt.Sprintf("triggers = { month = %q }", month)
		return block("vantage_cost_export", report(`groupings = ["provider"]`, triggers))
	}
	cli := acctest.NewCLI(t, api, config("2025-03"))
	cli.MustRun("import", "-no-color", "vantage_cost_export.this", token)
	cli.MustRun("refresh", "-no-color")
	applied := flat(cli.MustRun("apply", "-no-color", "-auto-approve"))
	wantSaid(t, applied, "0 added, 1 changed, 0 destroyed", "The API does not report triggers of the export")
	cli.WantEmptyPlan()
	wantPosts(t, api.Server, 0)
	cli.Write(config("2025-04"))
	wantSaid(t, cli.MustRun("plan", "-no-color"), "1 to add, 0 to change, 1 to destroy")
}
