package provider_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"terraform-provider-vantage/internal/mirror"
)

// BenchmarkStart reports what the provider costs a Terraform run before it does anything: from the start of the process
// until it has told its schema, and the most memory it had by then.
func BenchmarkStart(b *testing.B) {
	ctx := context.Background()
	root, err := mirror.Root(ctx)
	if err != nil {
		b.Fatal(err)
	}
	binary := filepath.Join(b.TempDir(), "terraform-provider-vantage")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
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

// schemaOfProcess starts the provider as Terraform does, asks for its schema, and returns the memory it had at most, in KiB.
func schemaOfProcess(ctx context.Context, b *testing.B, binary string) float64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(os.Environ(), "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		cancel()
		_ = cmd.Wait()
	}()
	// The handshake: core protocol, plugin protocol, network, address, kind.
	line, err := bufio.NewReader(stdout).ReadString('\n')
	fields := strings.Split(strings.TrimSpace(line), "|")
	if err != nil || len(fields) < 5 || fields[1] != "6" {
		b.Fatalf("the handshake is %q, %v", line, err)
	}
	conn, err := grpc.NewClient(map[string]string{"unix": "unix:", "tcp": ""}[fields[2]]+fields[3],
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(rawBytes{})))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var answer []byte
	if err := conn.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", []byte{}, &answer); err != nil || len(answer) < 1000 {
		b.Fatalf("%d bytes of schema, %v", len(answer), err)
	}
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

// rawBytes is a gRPC codec that leaves messages as they are.
type rawBytes struct{}

func (rawBytes) Marshal(v any) ([]byte, error) {
	b, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("%T is not bytes", v)
	}
	return b, nil
}

func (rawBytes) Unmarshal(data []byte, v any) error {
	into, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("%T is not for bytes", v)
	}
	*into = append([]byte(nil), data...)
	return nil
}

func (rawBytes) Name() string { return "proto" }
