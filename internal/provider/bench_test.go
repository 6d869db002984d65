package provider_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// BenchmarkStart reports the time from the start of the provider's process until it has sent its schemas, and its peak
// memory until then.
func BenchmarkStart(b *testing.B) {
	ctx := context.Background()
	binary, _ := acctest.Installed(b)
	info, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}
	var resident float64
	for b.Loop() {
		resident = max(resident, schemaOfProcess(ctx, b, binary))
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/start")
	b.ReportMetric(resident/1024, "MiB-resident")
	b.ReportMetric(float64(info.Size())/(1<<20), "MiB-binary")
}

// schemaOfProcess starts the provider as Terraform does, requests its schemas and returns its peak memory in KiB.
func schemaOfProcess(ctx context.Context, b *testing.B, binary string) float64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = os.Environ()
	conn := handshake(b, cmd)
	defer func() {
		_ = conn.Close()
		cancel()
		_ = cmd.Wait()
	}()
	schema(ctx, b, conn)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		return 0 // not Linux
	}
	most := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if most == nil {
		return 0
	}
	kib, _ := strconv.ParseFloat(string(most[1]), 64)
	return kib
}

// BenchmarkPlan reports the time of a plan of 400 completed exports, without and with the SDK's log.
func BenchmarkPlan(b *testing.B) {
	api := acctest.Start(b, fakevantage.Options{RetryAfter: "0"})
	const exports = `
resource "vantage_unit_cost_export" "this" {
  count             = 400
  cost_report_token = "rprt_${count.index}"
}
`
	cli := acctest.NewCLI(b, api, exports)
	cli.MustRun("apply", "-auto-approve", "-no-color")
	plan := func(b *testing.B) {
		for b.Loop() {
			cli.MustRun("plan", "-no-color")
		}
	}
	b.Run("without a log", plan)
	cli.Setenv("TF_LOG_SDK", "TRACE") // written, but not shown without TF_LOG
	b.Run("with the SDK's log", plan)
}
