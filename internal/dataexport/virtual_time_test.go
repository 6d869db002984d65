package dataexport_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

var minimal = map[string]any{"cost_report_token": "rprt_1"}

// inVirtualTime runs f in a bubble, with a provider that talks to a fake in process.
func inVirtualTime(
	t *testing.T,
	o fakevantage.Options,
	f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, o)
		client, err := vantage.New(vantage.Options{APIToken: acctest.APIToken, Transport: fake.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		f(t, acctest.NewProtocol(t, client), fake)
	})
}

const downloadType = "vantage_data_export_download"

// downloading runs f in a bubble, with a provider whose downloads talk to a fake in process, and an export there.
func downloading(
	t *testing.T, o fakevantage.Options,
	f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server, config map[string]any),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, o)
		client, err := vantage.New(vantage.Options{APIToken: acctest.APIToken, Transport: fake.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		token := fake.AddOf("/v2/costs/data_exports", map[string]any{"filter": "f"}, time.Now())
		config := map[string]any{"token": token, "directory": filepath.Join(t.TempDir(), "march")}
		f(t, acctest.NewProtocolOf(t, client, downloadType), fake, config)
	})
}

func wantPending(t *testing.T, s acctest.State, token string) {
	t.Helper()
	if s.IsNull() || s.Text("token") == "" || token != "" && s.Text("token") != token || s.Text("id") != s.Text("token") ||
		s.Text("status") != "pending" {
		t.Errorf("the state is %v, want it pending with the token %s", s.Value, token)
	}
	if !s.Value.IsFullyKnown() || s.Text("manifest", "completed_at") != "" {
		t.Errorf("the state is %v, want the manifest's values null", s.Value)
	}
}

func wantCompleted(t *testing.T, s acctest.State) {
	t.Helper()
	if len(s.Diagnostics) != 0 || s.IsNull() || s.Text("status") != "completed" ||
		s.Text("manifest", "completed_at") == "" {
		t.Errorf("%v %v, the state is %v, want it completed", s.Errors(), s.Warnings(), s.Value)
	}
}

func wantUnchanged(t *testing.T, p *acctest.Protocol, s acctest.State, config map[string]any) {
	t.Helper()
	if plan := p.Plan(s, config); !plan.Value.Equal(s.Value) || plan.Replace || len(plan.Diagnostics) > 0 {
		t.Errorf("the plan changes %v to %v %v", s.Value, plan.Value, plan.Errors())
	}
}

// wantWords expects one error that says all of the words.
func wantWords(t *testing.T, errors []string, words ...string) {
	t.Helper()
	if len(errors) != 1 {
		t.Fatalf("errors %q, want one", errors)
	}
	for _, w := range words {
		if !strings.Contains(errors[0], w) {
			t.Errorf("%q does not say %q", errors[0], w)
		}
	}
}
