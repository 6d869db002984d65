package dataexport_test

import (
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
	token := api.Add(asked, time.Now())
	given := func(path tfjsonpath.Path, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.this", path, want)
	}
	data := tfjsonpath.New("data")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProvidersWithEcho(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		Steps: []resource.TestStep{{
			Config:          api.Config(acctest.Testdata(t, "ephemeral_resource.tf")),
			ConfigVariables: config.Variables{"token": config.StringVariable(token)},
			ConfigStateChecks: []statecheck.StateCheck{
				given(data.AtMapKey("status"), knownvalue.StringExact("completed")),
				given(data.AtMapKey("id"), knownvalue.StringExact(token)),
				given(data.AtMapKey("manifest").AtMapKey("files"), fileLinks),
				given(data.AtMapKey("attributes").AtMapKey("date_bin"), knownvalue.StringExact("week")),
			},
		}},
	})
	wantPosts(t, api.Server, 0)
}
