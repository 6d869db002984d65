package dataexport_test

import (
	"testing"
	"testing/synctest"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

var minimal = map[string]any{"cost_report_token": "rprt_1"}

// inVirtualTime runs f in a bubble, with a provider that talks to a fake in process.
func inVirtualTime(
	t *testing.T, o fakevantage.Options,
	f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, o)
		f(t, protocolOf(t, fake, "vantage_unit_cost_export"), fake)
	})
}

// protocolOf returns a provider that talks to the fake in process, to use its resource and action of a type name.
func protocolOf(t *testing.T, fake *fakevantage.Server, typeName string) *acctest.Protocol {
	t.Helper()
	client, err := vantage.New(vantage.Options{APIToken: acctest.APIToken, Transport: fake.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return acctest.NewProtocolOf(t, client, typeName)
}
