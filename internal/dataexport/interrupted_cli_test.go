package dataexport_test

import (
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestInterrupt_keepsTheExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		latency time.Duration
		began   func(*acctest.API) int
	}{
		"while it waits":                  {began: (*acctest.API).Gets},
		"before the response to the POST": {began: (*acctest.API).Posts, latency: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour, Latency: test.latency})
			cli := acctest.NewCLI(t, api, withOutputs(t))
			apply := cli.Start("apply", "-auto-approve", "-no-color")
			acctest.Eventually(t, "the export is requested", func() bool { return test.began(api) > 0 })
			apply.Interrupt()
			out, _ := apply.Wait()
			this := cli.Instances()[address]
			token, _ := this.Attributes["token"].(string)
			if this.Status != "" || token == "" || this.Attributes["status"] != "pending" || !strings.Contains(out, token) {
				t.Fatalf("the state has %+v\n%s", this, out)
			}
			api.Change(func(o *fakevantage.Options) { o.Latency = 0 })

			// Still pending, the plan shows that the wait is resumed; a moment later the apply finds it done.
			wantSaid(t, cli.MustRun("plan", "-no-color"), "0 to add, 1 to change, 0 to destroy")
			resume := cli.Start("apply", "-auto-approve", "-no-color")
			gets := api.Gets()
			acctest.Eventually(t, "the export is polled again", func() bool { return api.Gets() > gets+1 })
			api.Finish(token)
			if out, ok := resume.Wait(); !ok {
				t.Fatal(out)
			}
			wantFinished(t, cli, token)
			wantPosts(t, api.Server, 1)
		})
	}
}

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
	wantFinished(t, cli, token)
	wantPosts(t, api.Server, 1)
}

// wantFinished expects the export in the state as it was before, completed, and nothing more to do.
func wantFinished(t *testing.T, cli *acctest.CLI, token string) {
	t.Helper()
	if this := cli.Instances()[address]; this.Attributes["token"] != token || this.Attributes["status"] != "completed" {
		t.Errorf("the state has %+v, want %s completed", this, token)
	}
	cli.WantEmptyPlan()
}
