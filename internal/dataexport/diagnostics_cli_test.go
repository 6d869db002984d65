package dataexport_test

import (
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestCreate_showsARejectionAtItsArgument(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Workspaces: []string{"a", "b"}})
	cli := acctest.NewCLI(t, api, export(`workspace_token = "c"`))
	out, ok := cli.Run("apply", "-auto-approve", "-no-color")
	if ok {
		t.Error("the apply succeeded")
	}
	wantSaid(t, flat(out), `workspace_token = "c" The API responded to POST`)
}
