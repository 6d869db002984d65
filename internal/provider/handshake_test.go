package provider_test

import (
	"bufio"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// handshake starts the provider as Terraform does and connects to it.
func handshake(t testing.TB, cmd *exec.Cmd) *grpc.ClientConn {
	t.Helper()
	const cookie = "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
	cmd.Env = append(cmd.Env, cookie, "PLUGIN_PROTOCOL_VERSIONS=6")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The fields: core protocol, plugin protocol, network, address, type.
	line, err := bufio.NewReader(stdout).ReadString('\n')
	fields := strings.Split(strings.TrimSpace(line), "|")
	if err != nil || len(fields) < 5 || fields[1] != "6" {
		t.Fatalf("the handshake is %q, %v", line, err)
	}
	conn, err := grpc.NewClient(map[string]string{"unix": "unix:", "tcp": ""}[fields[2]]+fields[3],
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(rawBytes{})))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// schema requests the provider's schemas.
func schema(ctx context.Context, t testing.TB, conn *grpc.ClientConn) {
	t.Helper()
	var response []byte
	err := conn.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", []byte{}, &response)
	if err != nil || len(response) < 1000 {
		t.Fatalf("%d bytes of schema, %v", len(response), err)
	}
}

// rawBytes is a gRPC codec that does not decode messages.
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
