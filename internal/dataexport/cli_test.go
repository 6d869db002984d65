package dataexport_test

import (
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
)

// when waits until the fake has had a request of this kind.
func when(t *testing.T, api *acctest.API, met func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !met() {
		select {
		case <-deadline:
			t.Fatalf("it did not come to that; requests: %v", api.Requests())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// flat returns what the CLI printed without its borders and line breaks, which are not ours.
func flat(out string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", "", "╷", "", "╵", "").Replace(out)), " ")
}

func needsActions(t *testing.T) {
	t.Helper()
	if !(acctest.Version{Terraform: "1.14"}).IsMet(t) {
		t.Skip("needs Terraform 1.14 or later; OpenTofu has no actions")
	}
}
