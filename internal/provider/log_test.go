package provider_test

import (
	"bytes"
	"context"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// sdkLoggers are the names of the SDK's loggers.
var sdkLoggers = []string{"sdk.proto", "sdk.framework"}

func TestLog_sdkWritesOnlyIfRequested(t *testing.T) {
	t.Parallel()
	binary, env := acctest.Installed(t)
	for setting, logs := range map[string]bool{
		"":                              false,
		"TF_LOG=":                       false,
		"TF_LOG_PATH=terraform.log":     false, // the file of a log, which does not request one
		"TF_LOG_CORE=TRACE":             false, // of Terraform itself
		"TF_LOG=TRACE":                  true,
		"TF_LOG=JSON":                   true,
		"TF_LOG_PROVIDER=DEBUG":         true,
		"TF_LOG_PROVIDER_VANTAGE=ERROR": true,
		"TF_LOG_SDK=TRACE":              true,
		"TF_LOG_SDK_PROTO=TRACE":        true,
		"TF_LOG_SDK_FRAMEWORK=TRACE":    true,
		"TF_TEMP_LOG_PATH=temp.log":     true,
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			ctx, cancel := context.WithCancel(t.Context())
			cmd := exec.CommandContext(ctx, binary)
			cmd.Env, cmd.Stderr = append(env[:len(env):len(env)], setting), &stderr
			conn := handshake(t, cmd)
			schema(ctx, t, conn)
			_ = conn.Close()
			cancel()
			_ = cmd.Wait()
			for _, logger := range sdkLoggers {
				if strings.Contains(stderr.String(), logger) != logs {
					t.Errorf("records of %s: %v, want %v: %s", logger, !logs, logs, stderr.String())
				}
			}
		})
	}
}

// The log of net/http would repeat what a server sends without a request.
func TestLog_isShownByTerraform(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0", Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		if r.Method != http.MethodGet || r.Nth > 1 {
			return nil
		}
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\n202unsolicited"))
		}
	}})
	cli := acctest.NewCLI(t, api, oneExport)
	cli.Setenv("TF_DISABLE_PLUGIN_TLS", "") // as outside of tests
	cli.Setenv("TF_LOG_PROVIDER", "TRACE")
	out := cli.MustRun("apply", "-auto-approve", "-no-color")
	for _, what := range append([]string{"received response"}, sdkLoggers...) {
		if !strings.Contains(out, what) {
			t.Errorf("the log does not contain %q", what)
		}
	}
	if at := strings.Index(out, "nsolicited"); at >= 0 {
		t.Errorf("the log has %s", out[at-100:at+200])
	}
}
