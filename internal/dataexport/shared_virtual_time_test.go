package dataexport_test

import (
	"testing"
	"testing/synctest"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

var minimal = map[string]any{"cost_report_token": "rprt_1"}

// unwaited is a configuration whose apply does not wait for completion.
var unwaited = map[string]any{"cost_report_token": "rprt_1", "wait_for_completion": false}

// inVirtualTime runs f in a synctest bubble, with a provider whose client sends its requests to a fake in process.
func inVirtualTime(
	t *testing.T, o fakevantage.Options, f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server),
) {
	t.Helper()
	inVirtualTimeOf(t, "vantage_unit_cost_export", o, f)
}

// inVirtualTimeOf is inVirtualTime for the resource and the action of a type name.
func inVirtualTimeOf(
	t *testing.T, typeName string, o fakevantage.Options,
	f func(t *testing.T, p *acctest.Protocol, fake *fakevantage.Server),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := acctest.NewFake(t, o)
		f(t, acctest.NewProtocolFor(t, fake, typeName), fake)
	})
}
