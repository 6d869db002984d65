package dataexport_test

import (
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

// flat returns the output of the CLI without its borders and line breaks.
func flat(out string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", "", "╷", "", "╵", "").Replace(out)), " ")
}

// withOutputs is a configuration of the resource at address with further lines, and outputs of it.
func withOutputs(t *testing.T, lines ...string) string {
	t.Helper()
	return export(lines...) + acctest.Testdata(t, "outputs.tf")
}

// traced makes the CLI write a log at TRACE, and returns its path.
func traced(t *testing.T, cli *acctest.CLI) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace.log")
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("TF_LOG_PATH", path)
	return path
}

// wantSaid expects all of the words in an output.
func wantSaid(t *testing.T, out string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			t.Errorf("the output lacks %q: %.10000s", w, out)
		}
	}
}

func needsActions(t *testing.T) {
	t.Helper()
	if !(acctest.Version{Terraform: "1.14"}).IsMet(t) {
		t.Skip("needs Terraform 1.14 or later; OpenTofu has no actions")
	}
}
