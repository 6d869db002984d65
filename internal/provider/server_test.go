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

// value packs an object of a schema's type whose other attributes are null.
func value(t *testing.T, of tftypes.Type, attributes map[string]string) *tfprotov6.DynamicValue {
	t.Helper()
	object, ok := of.(tftypes.Object)
	if !ok {
		t.Fatal("not an object")
	}
	values := map[string]tftypes.Value{}
	for name, attribute := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
		if text, given := attributes[name]; given {
			values[name] = tftypes.NewValue(attribute, text)
		}
	}
	packed, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	if err != nil {
		t.Fatal(err)
	}
	return &packed
}

// What plugin-go does here is to end the stream when StopProvider has returned, whatever is still to come.
func TestAnInterruptedActionIsHeardBeforeItsStreamEnds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	server := provider.NewServer("test")()
	actions, ok := server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the server has no actions")
	}
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	config := value(t, schemas.Provider.ValueType(), map[string]string{"host": api.URL, "api_token": acctest.APIToken})
	if resp, err := server.ConfigureProvider(
		ctx,
		&tfprotov6.ConfigureProviderRequest{Config: config},
	); err != nil ||
		len(resp.Diagnostics) > 0 {
		t.Fatal(resp, err)
	}
	const name = "vantage_unit_cost_export"
	stream, err := actions.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{
		ActionType: name,
		Config: value(
			t,
			schemas.ActionSchemas[name].Schema.ValueType(),
			map[string]string{"cost_report_token": "rprt_1"},
		),
	})
	if err != nil {
		t.Fatal(err)
	}
	var stopped atomic.Bool
	var once sync.Once
	var stopping sync.WaitGroup
	var said []*tfprotov6.Diagnostic
	for event := range stream.Events {
		if stopped.Load() {
			t.Error("StopProvider did not wait for the action")
		}
		if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
			said = completed.Diagnostics
			continue
		}
		once.Do(func() {
			stopping.Go(func() {
				if _, err := server.StopProvider(ctx, &tfprotov6.StopProviderRequest{}); err != nil {
					t.Error(err)
				}
				stopped.Store(true)
			})
		})
	}
	stopping.Wait()
	if len(said) != 1 || !strings.Contains(said[0].Detail, "Interrupted") ||
		!strings.Contains(said[0].Detail, "dta_xprt_") {
		t.Errorf("it said %v", said)
	}
	// With nothing under way it returns at once.
	if _, err := server.StopProvider(ctx, &tfprotov6.StopProviderRequest{}); err != nil {
		t.Error(err)
	}
}
