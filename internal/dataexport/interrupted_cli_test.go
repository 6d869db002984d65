package dataexport_test

import (
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestUntaint_resumesTheWait(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	cli := acctest.NewCLI(t, api, withOutputs(t, `timeouts { create = "2s" }`))
	if _, ok := cli.Run("apply", "-auto-approve", "-no-color"); ok || cli.Instances()[address].Status != "tainted" {
		t.Fatalf("the state has %+v", cli.Instances())
	}
	token, _ := cli.Instances()[address].Attributes["token"].(string)
	cli.MustRun("untaint", address)
	api.Finish(token)
	cli.MustRun("apply", "-auto-approve", "-no-color")
	if this := cli.Instances()[address]; this.Attributes["token"] != token || this.Attributes["status"] != "completed" {
		t.Errorf("the state has %+v, want %s completed", this, token)
	}
	cli.WantEmptyPlan()
	wantPosts(t, api.Server, 1)
}
