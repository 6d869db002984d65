package provider_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/provider"
)

const typeName = "vantage_unit_cost_export"

// newConfigured returns the provider's server, configured for the API, and a protocol that uses it.
func newConfigured(t *testing.T, api *acctest.API, typeName string) *acctest.Protocol {
	t.Helper()
	server := provider.NewServer("test")()
	p := acctest.NewProtocolWith(t, server, typeName)
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: object(t, schemas.Provider.ValueType(), attributes{"host": api.URL, "api_token": acctest.APIToken}),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatal(resp, err)
	}
	return p
}

type attributes = map[string]any

// object packs an object of a schema's type. Attributes that are not given are null.
func object(t *testing.T, of tftypes.Type, given attributes) *tfprotov6.DynamicValue {
	t.Helper()
	values := map[string]tftypes.Value{}
	for name, attribute := range of.(tftypes.Object).AttributeTypes { //nolint:forcetypeassert // a schema's type
		values[name] = tftypes.NewValue(attribute, given[name])
	}
	packed, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, values))
	if err != nil {
		t.Fatal(err)
	}
	return &packed
}

// plugin-go ends an action's stream when StopProvider has returned, even if more events follow.
func TestStopProvider_waitsForActions(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	p := newConfigured(t, api, typeName)
	var stopping sync.WaitGroup
	var once sync.Once
	var stopped atomic.Bool
	invoked := p.Invoke(t.Context(), attributes{"cost_report_token": "rprt_1"}, func() {
		if stopped.Load() {
			t.Error("StopProvider did not wait for the action")
		}
		once.Do(func() {
			stopping.Go(func() {
				p.Stop()
				stopped.Store(true)
			})
		})
	})
	stopping.Wait()
	if errors := invoked.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "interrupted") ||
		!strings.Contains(errors[0], "dta_xprt_") {
		t.Errorf("the action reported %q", errors)
	}
	p.Stop() // returns at once because no action is running
}

func TestInterrupt_cancelsReadsInFlight(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(context.Context, *acctest.Protocol, string) acctest.State{
		"data source": func(ctx context.Context, p *acctest.Protocol, token string) acctest.State {
			return p.ReadDataSource(ctx, attributes{"token": token})
		},
		"ephemeral resource": func(ctx context.Context, p *acctest.Protocol, token string) acctest.State {
			return p.OpenEphemeral(ctx, attributes{"token": token})
		},
	} {
		for by, interrupt := range interrupts {
			t.Run(name+", "+by, func(t *testing.T) {
				t.Parallel()
				api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
				token := api.Add(attributes{"cost_report_token": "rprt_1"}, time.Now())
				p := newConfigured(t, api, "vantage_data_export")
				result := make(chan acctest.State, 1)
				go func() { result <- read(t.Context(), p, token) }()
				acctest.Eventually(t, "the export is polled", func() bool { return api.Gets() > 0 })
				interrupt(p)
				errors := (<-result).Errors()
				if len(errors) != 1 || !strings.Contains(errors[0], "interrupted") {
					t.Errorf("the errors are %q", errors)
				}
			})
		}
	}
}

// interrupts are what an interrupt of Terraform does to the provider.
var interrupts = map[string]func(p *acctest.Protocol){
	"StopProvider": func(p *acctest.Protocol) { p.Stop() },
	"signal":       func(p *acctest.Protocol) { provider.Interrupt(p.Server) },
}

// Terraform calls StopProvider once, and can start another operation at the same time, because one has been canceled.
// An interrupt of the process cancels reads only.
func TestOperations_thatStartAfterInterruptSendNothing(t *testing.T) {
	t.Parallel()
	config, token := attributes{"cost_report_token": "rprt_1"}, attributes{"token": "dta_xprt_1"}
	existing := attributes{"cost_report_token": "rprt_1", "token": "dta_xprt_1", "id": "dta_xprt_1"}
	for name, test := range map[string]struct {
		typeName  string
		changes   bool
		operation func(context.Context, *acctest.Protocol) acctest.State
	}{
		"create": {typeName, true, func(ctx context.Context, p *acctest.Protocol) acctest.State {
			return p.Create(ctx, config)
		}},
		"refresh": {typeName, false, func(ctx context.Context, p *acctest.Protocol) acctest.State {
			return p.Read(ctx, p.State(existing))
		}},
		"import": {typeName, false, func(ctx context.Context, p *acctest.Protocol) acctest.State {
			return p.Import(ctx, "dta_xprt_1")
		}},
		"data source": {typeName, false, func(ctx context.Context, p *acctest.Protocol) acctest.State {
			return p.ReadDataSource(ctx, config)
		}},
		"ephemeral resource": {"vantage_data_export", false, func(ctx context.Context, p *acctest.Protocol) acctest.State {
			return p.OpenEphemeral(ctx, token)
		}},
		"action": {typeName, true, func(ctx context.Context, p *acctest.Protocol) acctest.State {
			return p.Invoke(ctx, config).State
		}},
	} {
		for by, interrupt := range interrupts {
			t.Run(name+", "+by, func(t *testing.T) {
				t.Parallel()
				api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
				p := newConfigured(t, api, test.typeName)
				interrupt(p)
				errors := test.operation(t.Context(), p).Errors()
				if test.changes && by == "signal" {
					if len(errors) > 0 {
						t.Errorf("the errors are %q", errors)
					}
					return
				}
				if len(errors) != 1 || !strings.Contains(errors[0], "interrupted") {
					t.Errorf("the errors are %q", errors)
				}
				api.WantRequests(t, 0, 0)
			})
		}
	}
}
