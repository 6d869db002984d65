// Package acctest starts acceptance tests: a fake API on a loopback address, and the provider in the real CLI. They
// need no account.
package acctest

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/fakevantage/contract"
)

// APIToken is the only token that the fake accepts.
const APIToken = "vntg_tkn_0123456789abcdef-do-not-log"

// API is a fake API that listens on a loopback address until the test ends.
type API struct {
	*fakevantage.Server
	URL string
}

// Start serves a new fake.
func Start(t testing.TB, o fakevantage.Options) *API {
	t.Helper()
	o.APIToken = APIToken
	fake := NewFake(t, o)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return &API{Server: fake, URL: server.URL}
}

// NewFake returns a fake whose exchanges are validated by contract.Hold.
func NewFake(t testing.TB, o fakevantage.Options) *fakevantage.Server {
	fake := fakevantage.New(o)
	contract.Hold(t, fake)
	return fake
}

// WantRequests fails the test unless the fake received these numbers of POSTs and polls.
func (a *API) WantRequests(t testing.TB, posts, gets int) {
	t.Helper()
	WantRequests(t, a.Server, posts, gets)
}

// WantRequests is API.WantRequests for a fake that is served in process.
func WantRequests(t testing.TB, fake *fakevantage.Server, posts, gets int) {
	t.Helper()
	if fake.Posts() != posts || fake.Gets() != gets {
		t.Errorf("%d POSTs and %d GETs, want %d and %d", fake.Posts(), fake.Gets(), posts, gets)
	}
}

// longest is how long the tests wait for a process: on a busy machine, everything takes long.
const longest = 3 * time.Minute

// Eventually waits until a condition holds, for at most three minutes.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(longest); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", longest, what)
		}
	}
}

// Main is the TestMain of a package with acceptance tests. It removes the user's settings for Terraform and the
// provider from the environment, except the program to test, and afterwards what the tests have installed.
func Main(m *testing.M) {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if isSetting(name) && name != "TF_ACC_TERRAFORM_PATH" {
			_ = os.Unsetenv(name)
		}
	}
	_ = os.Setenv("TF_CLI_CONFIG_FILE", os.DevNull) // instead of the one in the home directory
	// The CLIs run for a second, and garbage collection takes a third of their time.
	_ = os.Setenv("GOGC", "off")
	code := m.Run()
	_ = os.RemoveAll(toRemove)
	os.Exit(code)
}
