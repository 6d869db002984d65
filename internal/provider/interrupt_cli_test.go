//go:build unix

package provider_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

const elevenReads = `
data "vantage_unit_cost_export" "this" {
  count             = 11
  cost_report_token = "rprt_${count.index}"
}
`

// Terraform tells a provider of an interrupt in plan and in apply, but not while apply is planning.
func TestAnInterruptEndsReadsInTheApplysPlanning(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		needs  acctest.Version
		config string
		says   string
		posts  int
	}{
		"data sources": { // Terraform reads ten at a time; the last one is not to begin
			config: elevenReads, says: "Could not create unit cost export", posts: 10,
		},
		"ephemeral resource": {
			config: `ephemeral "vantage_data_export" "this" { token = "TOKEN" }`, says: "Could not open data export",
			needs: acctest.Version{Terraform: "1.10", OpenTofu: "1.11"},
		},
	} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			t.Run(fmt.Sprintf("%s, %s", name, signal), func(t *testing.T) {
				t.Parallel()
				test.needs.SkipUnlessMet(t)
				api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
				token := api.Add(map[string]any{"cost_report_token": "rprt_1"}, time.Now())
				cli := acctest.NewCLI(t, api, strings.ReplaceAll(test.config, "TOKEN", token))
				apply := startApply(t, cli)
				eventually(t, "the reads wait", func() bool { return api.Gets() >= max(1, test.posts) })
				apply.Signal(signal)
				out, ok := end(t, apply)
				if ok || !strings.Contains(out, test.says) || !strings.Contains(out, "Interrupted after") {
					t.Error(out)
				}
				if api.Posts() != test.posts {
					t.Errorf("%d exports were made, want %d: none after the interrupt", api.Posts(), test.posts)
				}
				wantNoProviderLeft(t, apply)
			})
		}
	}
}

func TestAnInterruptEndsTheRefreshInTheApplysPlanning(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, oneExport)
	cli.MustRun("apply", "-auto-approve", "-no-color")
	before := cli.Instances()
	asked := api.Gets()
	api.Change(func(o *fakevantage.Options) { o.Misbehave = on(http.MethodGet, fakevantage.Errors(503, "down")) })
	apply := startApply(t, cli)
	eventually(t, "the refresh tries again", func() bool { return api.Gets() > asked+1 })
	apply.Interrupt()
	out, ok := end(t, apply)
	if ok || !strings.Contains(out, "Could not read unit cost export") || !strings.Contains(out, "Interrupted after") {
		t.Error(out)
	}
	if after := cli.Instances(); !reflect.DeepEqual(after, before) {
		t.Errorf("the state has %v, had %v", after, before)
	}
}
