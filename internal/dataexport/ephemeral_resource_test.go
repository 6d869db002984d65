package dataexport_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestEphemeralResourceMakesNothingAndStoresNothing(t *testing.T) {
	t.Parallel()
	acctest.SkipIfShort(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "1"})
	done := api.Add(asked, time.Now())
	expired := api.Add(asked, time.Now().Add(-48*time.Hour))
	api.ChangeExport(expired, func(e *fakevantage.Export) { e.CompletedAt = time.Now().Add(-25 * time.Hour) })
	config := func(token string) string {
		return api.Config(fmt.Sprintf(`
ephemeral "vantage_data_export" "this" {
  token = %q
  timeouts { open = "1m" }
}
provider "echo" { data = ephemeral.vantage_data_export.this }
resource "echo" "this" {}
`, token))
	}
	test := func(steps ...resource.TestStep) {
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProvidersWithEcho(),
			TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
			Steps:                    steps,
		})
	}
	data := tfjsonpath.New("data")
	test(resource.TestStep{
		Config: config(done),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("echo.this", data.AtMapKey("status"), knownvalue.StringExact("completed")),
			statecheck.ExpectKnownValue("echo.this", data.AtMapKey("id"), knownvalue.StringExact(done)),
			statecheck.ExpectKnownValue("echo.this", data.AtMapKey("manifest").AtMapKey("files"), fileLinks),
			statecheck.ExpectKnownValue(
				"echo.this",
				data.AtMapKey("attributes").AtMapKey("date_bin"),
				knownvalue.StringExact("week"),
			),
		},
	})
	for token, message := range map[string]string{
		expired:       `expired at \d{4}-`,
		"dta_xprt_no": `There is no such export`,
		"a/b":         `letters, digits, underscores`,
	} {
		test(resource.TestStep{Config: config(token), ExpectError: regexp.MustCompile(acctest.Loose(message))})
	}
	if api.Posts() != 0 {
		t.Errorf("%d exports were made", api.Posts())
	}
}
