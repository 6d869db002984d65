package provider_test

import (
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

// configured is a server of the provider in this process, configured for a fake API.
type configured struct {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

func newConfigured(t *testing.T, api *acctest.API) configured {
	t.Helper()
	server := provider.NewServer("test")()
	actions, ok := server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the server has no actions")
	}
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
	return configured{server, actions, schemas}
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

func (c configured) stop(t *testing.T) {
	t.Helper()
	if _, err := c.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
		t.Error(err)
	}
}

// invoke runs the action that creates an export, calls received for each event and returns the last diagnostics.
func (c configured) invoke(t *testing.T, received func()) (diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	config := object(t, c.schemas.ActionSchemas[typeName].Schema.ValueType(), attributes{"cost_report_token": "rprt_1"})
	stream, err := c.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: typeName, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	for event := range stream.Events {
		received()
		if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
			diagnostics = completed.Diagnostics
		}
	}
	return diagnostics
}

// plugin-go ends an action's stream when StopProvider has returned, even if more events follow.
func TestStopProvider_waitsForActions(t *testing.T) {
	t.Parallel()
	c := newConfigured(t, acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour}))
	var stopped atomic.Bool
	var once sync.Once
	var stopping sync.WaitGroup
	diagnostics := c.invoke(t, func() {
		if stopped.Load() {
			t.Error("StopProvider did not wait for the action")
		}
		once.Do(func() {
			stopping.Go(func() {
				c.stop(t)
				stopped.Store(true)
			})
		})
	})
	stopping.Wait()
	if len(diagnostics) != 1 || !strings.Contains(diagnostics[0].Detail, "interrupted") ||
		!strings.Contains(diagnostics[0].Detail, "dta_xprt_") {
		t.Errorf("the action reported %v", diagnostics)
	}
	c.stop(t) // returns at once because no action is running
}

// Terraform calls StopProvider once, and can start another operation at the same time, because one has been canceled.
func TestStopProvider_cancelsOperationsThatStartLater(t *testing.T) {
	t.Parallel()
	for name, operation := range map[string]func(*testing.T, configured) []*tfprotov6.Diagnostic{
		"create": func(t *testing.T, c configured) []*tfprotov6.Diagnostic {
			resourceType := c.schemas.ResourceSchemas[typeName].ValueType()
			config := object(t, resourceType, attributes{"cost_report_token": "rprt_1"})
			none, err := tfprotov6.NewDynamicValue(resourceType, tftypes.NewValue(resourceType, nil))
			if err != nil {
				t.Fatal(err)
			}
			planned, err := c.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
				TypeName: typeName, PriorState: &none, ProposedNewState: config, Config: config,
			})
			if err != nil || len(planned.Diagnostics) > 0 {
				t.Fatal(planned, err)
			}
			applied, err := c.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
				TypeName: typeName, PriorState: &none, PlannedState: planned.PlannedState, Config: config,
				PlannedPrivate: planned.PlannedPrivate,
			})
			if err != nil {
				t.Fatal(err)
			}
			return applied.Diagnostics
		},
		"refresh": func(t *testing.T, c configured) []*tfprotov6.Diagnostic {
			state := object(t, c.schemas.ResourceSchemas[typeName].ValueType(),
				attributes{"cost_report_token": "rprt_1", "token": "dta_xprt_1", "id": "dta_xprt_1"})
			read, err := c.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
				TypeName: typeName, CurrentState: state,
			})
			if err != nil {
				t.Fatal(err)
			}
			return read.Diagnostics
		},
		"data source": func(t *testing.T, c configured) []*tfprotov6.Diagnostic {
			read, err := c.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
				TypeName: typeName,
				Config: object(t, c.schemas.DataSourceSchemas[typeName].ValueType(),
					attributes{"cost_report_token": "rprt_1"}),
			})
			if err != nil {
				t.Fatal(err)
			}
			return read.Diagnostics
		},
		"ephemeral resource": func(t *testing.T, c configured) []*tfprotov6.Diagnostic {
			const name = "vantage_data_export"
			opened, err := c.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
				TypeName: name,
				Config:   object(t, c.schemas.EphemeralResourceSchemas[name].ValueType(), attributes{"token": "dta_xprt_1"}),
			})
			if err != nil {
				t.Fatal(err)
			}
			return opened.Diagnostics
		},
		"action": func(t *testing.T, c configured) []*tfprotov6.Diagnostic {
			return c.invoke(t, func() {})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
			c := newConfigured(t, api)
			c.stop(t)
			diagnostics := operation(t, c)
			if len(diagnostics) != 1 || !strings.Contains(diagnostics[0].Detail, "interrupted") {
				t.Errorf("the diagnostics are %v", diagnostics)
			}
			api.WantRequests(t, 0, 0)
		})
	}
}
