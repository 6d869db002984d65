package dataexport_test

import (
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestCreate_showsARejectionAtItsArgument(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Reports: []string{"rprt_2"}})
	cli := acctest.NewCLI(t, api, export(""))
	out, ok := cli.Run("apply", "-auto-approve", "-no-color")
	if ok {
		t.Error("the apply succeeded")
	}
	wantSaid(t, flat(out), `cost_report_token = "rprt_1" The API responded to POST`)
}
