package dataexport_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// matching is a configuration that asks for what asked describes, with these lines more.
func matching(lines ...string) string {
	return export(append(lines, `start_date = "2025-03-01"`, `end_date = "2025-03-31"`, `date_bin = "week"`)...)
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

func TestImportWithTheMatchingConfigurationPlansNothing(t *testing.T) {
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
		// From then on it is like any other.
		applying(api.Config(matching(`triggers = { a = 1 }`)), plancheck.ResourceActionReplace),
	)
	wantPosts(t, api.Server, 1) // of the last step alone
}

func TestImportTakesOverWhatTheAPIDoesNotTell(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	one := api.Config(matching(`workspace_token = "wrkspc_1"`, `triggers = { a = 1 }`))
	another := api.Config(matching(`workspace_token = "wrkspc_2"`, `triggers = { a = 1 }`))
	api.Run(t,
		importing(one, api.Add(asked, time.Now())),
		applying(one, plancheck.ResourceActionUpdate),
		unchanged(one),
		applying(another, plancheck.ResourceActionReplace),
	)
	wantPosts(t, api.Server, 1) // of the last step alone
}

func TestImportOfAFailedExportSaysWhy(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	api.ChangeExport(token, func(e *fakevantage.Export) { e.Status, e.Messages = "failed", []string{"no such metric"} })
	step := importing(api.Config(matching()), token)
	step.ExpectError = regexp.MustCompile(`(?s)Could not import.*no such metric`)
	api.Run(t, step)
	api.WantRequests(t, 0, 1)
}

func TestImportBlock(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	block := importBlock(fmt.Sprintf("id = %q", api.Add(asked, time.Now())))
	api.Run(t,
		applying(api.Config(block+matching()), plancheck.ResourceActionNoop),
		unchanged(api.Config(matching())),
	)
	wantPosts(t, api.Server, 0)
}

func TestImportByIdentity(t *testing.T) {
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

func TestImportOfAPendingExportResumesTheWait(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfterPolls: 3, RetryAfter: "1"})
	token, config := api.Add(asked, time.Now()), api.Config(matching())
	api.Run(t,
		importing(config, token),
		applying(config, plancheck.ResourceActionUpdate,
			inState(tfjsonpath.New("token"), knownvalue.StringExact(token)),
			inState(manifest.AtMapKey("files"), fileLinks),
		),
		unchanged(config),
	)
	wantPosts(t, api.Server, 0)
}

func TestImportOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	for id, message := range map[string]string{
		"dta_xprt_unknown": `Could not import unit cost export(?s).*404.*There is no such export`,
		"../../costs":      `letters, digits, underscores`,
	} {
		step := importing(api.Config(matching()), id)
		step.ExpectError = regexp.MustCompile(acctest.Loose(message))
		api.Run(t, step)
	}
	api.WantRequests(t, 0, 1)
}

func TestAnImportWithoutURLs(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{})
	config := api.Config(matching(`store_file_urls = false`))
	imported := importing(config, api.Add(asked, time.Now())+",store_file_urls=false")
	imported.ImportStateCheck = func(states []*terraform.InstanceState) error {
		if n := states[0].Attributes["manifest.files.#"]; n != "" && n != "0" {
			t.Errorf("the import stored %s URLs", n)
		}
		return nil
	}
	api.Run(t, imported, resource.TestStep{
		Config:            config,
		ConfigPlanChecks:  expect(plancheck.ExpectEmptyPlan()),
		ConfigStateChecks: []statecheck.StateCheck{inState(manifest.AtMapKey("files"), knownvalue.Null())},
	})
	wantPosts(t, api.Server, 0)
}

func TestConfigurationIsGeneratedForAnImport(t *testing.T) {
	t.Parallel()
	// Terraform 1.5 crashes where a computed attribute has attributes of its own.
	acctest.Version{Terraform: "1.6", OpenTofu: "1.6"}.SkipUnlessMet(t)
	acctest.SkipBetween(t, "1.16.0", "1.16.2", "hashicorp/terraform#39144")
	api := acctest.Start(t, fakevantage.Options{})
	token := api.Add(asked, time.Now())
	cli := acctest.NewCLI(t, api, importBlock(fmt.Sprintf("id = %q", token)))
	cli.MustRun("plan", "-no-color", "-generate-config-out=generated.tf")
	wantSaid(t, contents(t, filepath.Join(cli.Dir, "generated.tf")), `"rprt_1"`)
	wantSaid(t, cli.MustRun("apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
	wantEmptyPlan(t, cli)
	wantPosts(t, api.Server, 0)
}
