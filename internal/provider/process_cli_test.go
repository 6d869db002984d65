//go:build unix

package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// Each test starts the real program in a process group of its own, and signals the group as a terminal, systemd or a CI runner does.

const twelveExports = `
resource "vantage_unit_cost_export" "this" {
  count             = 12
  cost_report_token = "rprt_${count.index}"
}
`

const oneExport = `resource "vantage_unit_cost_export" "this" { cost_report_token = "rprt_1" }`

// eventually waits until something holds, for at most a minute.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute still not: %s", what)
		}
	}
}

// start starts a command of which nothing is left when the test ends, whatever happens.
func start(t *testing.T, cli *acctest.CLI, args ...string) *acctest.Running {
	t.Helper()
	run := cli.Start(append(args, "-no-color")...)
	t.Cleanup(func() { _ = syscall.Kill(-run.Pid(), syscall.SIGKILL) })
	return run
}

// providersOf returns the processes of the provider that a command runs. One that has ended and that nothing has waited for is none.
func providersOf(t *testing.T, run *acctest.Running) []int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ps", "-A", "-o", "pid=,pgid=,stat=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != strconv.Itoa(run.Pid()) || strings.HasPrefix(fields[2], "Z") {
			continue
		}
		if strings.HasPrefix(filepath.Base(fields[3]), "terraform-provider-vantage") {
			pid, err := strconv.Atoi(fields[0])
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// end waits for a command to end by itself, which may take ten seconds, with a provider that answers until then. It returns what the
// command printed and whether it succeeded.
func end(t *testing.T, run *acctest.Running) (string, bool) {
	t.Helper()
	began := time.Now()
	timer := time.AfterFunc(time.Minute, func() { _ = syscall.Kill(-run.Pid(), syscall.SIGKILL) })
	defer timer.Stop()
	out, ok := run.Wait()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if strings.Contains(out, "did not respond") || strings.Contains(out, "Stack trace") {
		t.Errorf("the provider ended before Terraform: %s", out)
	}
	return out, ok
}

func wantNoProviderLeft(t *testing.T, run *acctest.Running) {
	t.Helper()
	eventually(t, "the provider has ended", func() bool { return len(providersOf(t, run)) == 0 })
}

func TestSIGTERMToTheGroupKeepsEveryExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		latency time.Duration
		met     func(*acctest.API) bool
	}{
		"while they are pending":        {met: func(api *acctest.API) bool { return api.Gets() >= 10 }},
		"while the first are accepted":  {latency: 20 * time.Millisecond, met: func(api *acctest.API) bool { return len(api.Exports()) > 0 }},
		"before the POSTs are answered": {latency: time.Second, met: func(api *acctest.API) bool { return api.Posts() >= 10 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour, Latency: test.latency})
			cli := acctest.NewCLI(t, api, twelveExports)
			apply := start(t, cli, "apply", "-auto-approve")
			eventually(t, "exports are asked for", func() bool { return test.met(api) })
			apply.Signal(syscall.SIGTERM)
			out, _ := end(t, apply)
			state, err := os.ReadFile(filepath.Join(cli.Dir, "terraform.tfstate"))
			if err != nil || strings.Contains(string(state), "tainted") {
				t.Errorf("the state is %s, %v", state, err)
			}
			accepted := api.Exports()
			for token := range accepted {
				if !strings.Contains(string(state), token) {
					t.Errorf("the export %s is lost: %s", token, out)
				}
				api.Finish(token)
			}
			if len(accepted) == 0 {
				t.Error("no export was accepted")
			}
			wantNoProviderLeft(t, apply)

			api.Change(func(o *fakevantage.Options) { o.ReadyAfter, o.Latency = 0, 0 })
			cli.MustRun("apply", "-auto-approve", "-no-color")
			if api.Posts() != 12 {
				t.Errorf("%d exports were made for 12 resources", api.Posts())
			}
		})
	}
}

// The provider goes on as long as its Terraform is there to stop it. A SIGTERM that reaches it alone thus does nothing to a resource.
func TestSIGTERMToTheProviderAlone(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour, RetryAfter: "1"})
	cli := acctest.NewCLI(t, api, oneExport)
	apply := start(t, cli, "apply", "-auto-approve")
	eventually(t, "the export is pending", func() bool { return api.Gets() > 0 })
	for _, pid := range providersOf(t, apply) {
		if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	asked := api.Gets()
	eventually(t, "the export is asked for again", func() bool { return api.Gets() > asked+1 })
	for token := range api.Exports() {
		api.Finish(token)
	}
	if out, ok := end(t, apply); !ok || cli.Instances()["vantage_unit_cost_export.this"].Attributes["status"] != "completed" {
		t.Error(out)
	}
	wantNoProviderLeft(t, apply)
}

// An export is made, then a command runs for long in which the provider has nothing to do, and is there for the second export.
const idleBetween = `
resource "vantage_unit_cost_export" "first" { cost_report_token = "rprt_1" }
resource "terraform_data" "between" {
  input = vantage_unit_cost_export.first.token
  provisioner "local-exec" { command = "touch begun && exec sleep 600" }
}
resource "vantage_unit_cost_export" "second" {
  cost_report_token = "rprt_2"
  triggers          = { after = terraform_data.between.id }
}
`

func startIdle(t *testing.T) (*acctest.API, *acctest.CLI, *acctest.Running) {
	t.Helper()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	cli := acctest.NewCLI(t, api, idleBetween)
	apply := start(t, cli, "apply", "-auto-approve")
	eventually(t, "the provider has nothing to do", func() bool {
		_, err := os.Stat(filepath.Join(cli.Dir, "begun"))
		return err == nil
	})
	return api, cli, apply
}

func TestSIGTERMToAnIdleProvider(t *testing.T) {
	t.Parallel()
	t.Run("alone", func(t *testing.T) {
		t.Parallel()
		_, _, apply := startIdle(t)
		providers := providersOf(t, apply)
		if len(providers) != 1 {
			t.Fatalf("there are the providers %v", providers)
		}
		if err := syscall.Kill(providers[0], syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		wantNoProviderLeft(t, apply)
	})
	t.Run("with its group", func(t *testing.T) {
		t.Parallel()
		api, cli, apply := startIdle(t)
		apply.Signal(syscall.SIGTERM)
		out, _ := end(t, apply)
		wantNoProviderLeft(t, apply)
		if state := cli.Instances(); state["vantage_unit_cost_export.first"].Attributes["status"] != "completed" || api.Posts() != 1 {
			t.Errorf("%d exports were made, the state has %v: %s", api.Posts(), state, out)
		}
	})
}

func TestNoProviderOutlivesATerraformThatIsKilled(t *testing.T) {
	t.Parallel()
	pending := func(t *testing.T, o fakevantage.Options, config string, met func(*acctest.API) bool) *acctest.Running {
		t.Helper()
		api := acctest.Start(t, o)
		apply := start(t, acctest.NewCLI(t, api, config), "apply", "-auto-approve")
		eventually(t, "the provider is at it", func() bool { return met(api) })
		return apply
	}
	for name, begin := range map[string]func(t *testing.T) *acctest.Running{
		"while a resource waits": func(t *testing.T) *acctest.Running {
			return pending(t, fakevantage.Options{ReadyAfter: time.Hour}, oneExport, func(api *acctest.API) bool { return api.Gets() > 0 })
		},
		"while a POST is not answered": func(t *testing.T) *acctest.Running {
			hang := on(http.MethodPost, fakevantage.Hang)
			return pending(t, fakevantage.Options{Misbehave: hang}, oneExport, func(api *acctest.API) bool { return api.Posts() > 0 })
		},
		"while a data source waits": func(t *testing.T) *acctest.Running {
			return pending(t, fakevantage.Options{ReadyAfter: time.Hour}, `data "vantage_unit_cost_export" "this" { cost_report_token = "rprt_1" }`,
				func(api *acctest.API) bool { return api.Gets() > 0 })
		},
		"while it is idle": func(t *testing.T) *acctest.Running {
			_, _, apply := startIdle(t)
			return apply
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apply := begin(t)
			if len(providersOf(t, apply)) == 0 {
				t.Fatal("no provider is seen while it runs")
			}
			if err := syscall.Kill(apply.Pid(), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			_, _ = apply.Wait()
			wantNoProviderLeft(t, apply)
		})
	}
}

func on(method string, h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == method {
			return h
		}
		return nil
	}
}

// Terraform tells a provider of an interrupt in plan and in apply, but not while apply is planning.
func TestAnInterruptEndsReadsInTheApplysPlanning(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		needs  acctest.Version
		config string
		says   string
		posts  int
	}{
		// Terraform reads ten at a time.
		"data sources": {
			config: "data \"vantage_unit_cost_export\" \"this\" {\n  count = 11\n  cost_report_token = \"rprt_${count.index}\"\n}\n",
			says:   "Could not make unit cost export", posts: 10,
		},
		"ephemeral resource": {
			config: `ephemeral "vantage_unit_cost_export" "this" { token = "TOKEN" }`,
			says:   "Could not open unit cost export", needs: acctest.Version{Terraform: "1.10", OpenTofu: "1.11"},
		},
	} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			t.Run(fmt.Sprintf("%s, %s", name, signal), func(t *testing.T) {
				t.Parallel()
				test.needs.SkipUnlessMet(t)
				api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
				token := api.Add(map[string]any{"cost_report_token": "rprt_1"}, time.Now())
				cli := acctest.NewCLI(t, api, strings.ReplaceAll(test.config, "TOKEN", token))
				apply := start(t, cli, "apply", "-auto-approve")
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
	apply := start(t, cli, "apply", "-auto-approve")
	eventually(t, "the refresh tries again", func() bool { return api.Gets() > asked+1 })
	apply.Interrupt()
	if out, ok := end(t, apply); ok || !strings.Contains(out, "Could not read unit cost export") || !strings.Contains(out, "Interrupted after") {
		t.Error(out)
	}
	if after := cli.Instances(); !reflect.DeepEqual(after, before) {
		t.Errorf("the state has %v, had %v", after, before)
	}
}
