package dataexport_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestEphemeralResource_createsAndStoresNothing(t *testing.T) {
	t.Parallel()
	acctest.SkipIfShort(t)
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "1"})
	done, expired := api.Add(asked, time.Now()), addExpired(api)
	test := func(token string, step resource.TestStep) {
		step.Config = api.Config(acctest.Testdata(t, "ephemeral_resource.tf"))
		step.ConfigVariables = config.Variables{"token": config.StringVariable(token)}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProvidersWithEcho(),
			TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
			Steps:                    []resource.TestStep{step},
		})
	}
	given := func(path tfjsonpath.Path, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.this", path, want)
	}
	data := tfjsonpath.New("data")
	test(done, resource.TestStep{ConfigStateChecks: []statecheck.StateCheck{
		given(data.AtMapKey("status"), knownvalue.StringExact("completed")),
		given(data.AtMapKey("id"), knownvalue.StringExact(done)),
		given(data.AtMapKey("manifest").AtMapKey("files"), fileLinks),
		given(data.AtMapKey("attributes").AtMapKey("date_bin"), knownvalue.StringExact("week")),
	}})
	for token, message := range map[string]string{
		expired:       `expired at \d{4}-`,
		"dta_xprt_no": `The export does not exist`,
		"a/b":         `letters, digits, underscores`,
	} {
		test(token, resource.TestStep{ExpectError: regexp.MustCompile(acctest.Loose(message))})
	}
	wantPosts(t, api.Server, 0)
}
