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
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// matching is a configuration that matches the export of asked.
func matching() string {
	return export(`start_date = "2025-03-01"`, `end_date = "2025-03-31"`, `date_bin = "week"`)
}

// importing is a step that imports an export into the resource at address, and keeps it in the state.
func importing(config, id string) resource.TestStep {
	return resource.TestStep{
		Config: config, ResourceName: address, ImportState: true, ImportStateId: id, ImportStatePersist: true,
	}
}

// importBlock is an import block for the resource at address. The line says which export, by its id or identity.
func importBlock(line string) string {
	return fmt.Sprintf("import {\n  to = %s\n  %s\n}\n", address, line)
}

func TestImport_planIsEmptyIfTheConfigurationMatches(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	config := api.Config(matching())
	api.Run(t,
		importing(config, api.Add(asked, time.Now())),
		resource.TestStep{
			Config:           config,
			ConfigPlanChecks: expect(plancheck.ExpectEmptyPlan()),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("cost_report_token"), knownvalue.StringExact("rprt_1")),
				inState(tfjsonpath.New("date_bin"), knownvalue.StringExact("week")),
				inState(tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				inState(manifest.AtMapKey("files"), fileLinks),
			},
		},
	)
	wantPosts(t, api.Server, 0)
}

func TestImport_byIdentity(t *testing.T) {
	t.Parallel()
	acctest.SkipIfShort(t)
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	block := importBlock(fmt.Sprintf("identity = { token = %q }", token))
	identity := map[string]knownvalue.Check{"token": knownvalue.StringExact(token)}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			applying(api.Config(block+matching()), plancheck.ResourceActionNoop, statecheck.ExpectIdentity(address, identity)),
			unchanged(api.Config(matching())),
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
	wantSaid(t, contents(t, filepath.Join(cli.Dir, "generated.tf")), `"rprt_1"`)
	wantSaid(t, cli.MustRun("apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
	wantEmptyPlan(t, cli)
	wantPosts(t, api.Server, 0)
}

// "terraform import", and refreshes before the plan.
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
		return block("resource", "vantage_cost_export", report(`groupings = ["provider"]`, triggers))
	}
	cli := acctest.NewCLI(t, api, config("2025-03"))
	cli.MustRun("import", "-no-color", "vantage_cost_export.this", token)
	cli.MustRun("refresh", "-no-color")
	cli.MustRun("refresh", "-no-color")
	planned := flat(cli.MustRun("plan", "-no-color"))
	wantSaid(t, planned, "0 to add, 1 to change, 0 to destroy", "The API does not report triggers of the export")
	cli.MustRun("apply", "-no-color", "-auto-approve")
	wantEmptyPlan(t, cli)
	wantPosts(t, api.Server, 0)
	cli.Write(config("2025-04"))
	wantSaid(t, cli.MustRun("plan", "-no-color"), "1 to add, 0 to change, 1 to destroy")
}

func TestImport_whileTheProviderConfigurationIsUnknown(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	cli := acctest.NewCLI(t, api, acctest.Testdata(t, "secret_api_token.tf")+
		importBlock(fmt.Sprintf("id = %q", api.Add(asked, time.Now())))+matching())
	cli.Setenv("TF_VAR_api_token", acctest.APIToken)
	out, ok := cli.Run("plan", "-no-color", "-var=run=1")
	if ok {
		t.Error("the plan succeeded")
	}
	wantSaid(t, flat(out), "Could not import unit cost export", "known only after")
	api.WantRequests(t, 0, 0)
}
