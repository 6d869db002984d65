package dataexport_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-vantage/internal/acctest"
)

// The one test that needs an account. It makes one export, which costs nothing and expires by itself.
func TestRealAccount(t *testing.T) {
	t.Parallel()
	apiToken, report := realAccount["VANTAGE_API_TOKEN"], realAccount["VANTAGE_COST_REPORT_TOKEN"]
	if apiToken == "" || report == "" {
		t.Skip("VANTAGE_API_TOKEN and VANTAGE_COST_REPORT_TOKEN are not both set: there is no account to test with")
	}
	config := fmt.Sprintf(`
provider "vantage" {
  api_token       = %q
  workspace_token = %s
}
resource "vantage_unit_cost_export" "this" {
  cost_report_token = %q
}`, apiToken, orNull(realAccount["VANTAGE_WORKSPACE_TOKEN"]), report)
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Providers(), Steps: []resource.TestStep{
		{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				inState(tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				inState(manifest.AtMapKey("files"), knownvalue.NotNull()),
			},
		},
		unchanged(config),
	}})
}

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return fmt.Sprintf("%q", s)
}

// realAccount is what the environment says of one, from before TestMain clears it.
var realAccount = map[string]string{
	"VANTAGE_API_TOKEN":         os.Getenv("VANTAGE_API_TOKEN"),
	"VANTAGE_COST_REPORT_TOKEN": os.Getenv("VANTAGE_COST_REPORT_TOKEN"),
	"VANTAGE_WORKSPACE_TOKEN":   os.Getenv("VANTAGE_WORKSPACE_TOKEN"),
}
