package provider_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/provider"
)

// Terraform stops a provider once: a resource whose turn comes in the same moment must not be made and waited for.
func TestAResourceWhoseTurnComesAfterTheStopIsNotMade(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	api := acctest.Start(t, fakevantage.Options{ReadyAfter: time.Hour})
	server := provider.NewServer("test")()
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	settings := value(t, schemas.Provider.ValueType(), map[string]string{"host": api.URL, "api_token": acctest.APIToken})
	_, err = server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: settings})
	if err != nil {
		t.Fatal(err)
	}
	const name = "vantage_unit_cost_export"
	resourceType := schemas.ResourceSchemas[name].ValueType()
	config := value(t, resourceType, map[string]string{"cost_report_token": "rprt_1"})
	none, err := tfprotov6.NewDynamicValue(resourceType, tftypes.NewValue(resourceType, nil))
	if err != nil {
		t.Fatal(err)
	}
	planned, err := server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: name, PriorState: &none, ProposedNewState: config, Config: config,
	})
	if err != nil || len(planned.Diagnostics) > 0 {
		t.Fatal(planned, err)
	}
	if _, err := server.StopProvider(ctx, &tfprotov6.StopProviderRequest{}); err != nil {
		t.Fatal(err)
	}
	applied, err := server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: name, PriorState: &none, PlannedState: planned.PlannedState, Config: config,
		PlannedPrivate: planned.PlannedPrivate,
	})
	if err != nil || len(applied.Diagnostics) != 1 || !strings.Contains(applied.Diagnostics[0].Detail, "Interrupted") {
		t.Errorf("%v, %v", applied, err)
	}
	api.WantRequests(t, 0, 0)
}
