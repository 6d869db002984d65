package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/provider"
)

// Terraform defers what depends on an unknown provider configuration, if it allows that. Otherwise data sources and
// imports fail in the plan.
func TestUnknownConfiguration_isDeferredIfTerraformAllowsIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		token    any
		allowed  bool
		deferred bool
	}{
		"unknown, allowed":     {token: tftypes.UnknownValue, allowed: true, deferred: true},
		"unknown, not allowed": {token: tftypes.UnknownValue},
		"invalid, allowed":     {token: "a b", allowed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newDeferral(t, test.token, test.allowed)
			for resource, arguments := range map[string]attributes{
				"vantage_unit_cost_export":     {"cost_report_token": "rprt_1"},
				"vantage_data_export_download": {"token": "dta_xprt_1", "directory": "exports"},
			} {
				deferred, planned := p.plan(resource, arguments)
				if deferred != test.deferred {
					t.Errorf("%s: deferred is %v", resource, deferred)
				}
				for _, computed := range []string{"id", "valid_until", "manifest", "files"} {
					if value, ok := planned[computed]; ok && value.IsNull() {
						t.Errorf("%s: %s is planned as null, want an unknown value", resource, computed)
					}
				}
			}
			read, err := p.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
				TypeName: "vantage_unit_costs",
				Config: object(t, p.schemas.DataSourceSchemas["vantage_unit_costs"].ValueType(),
					attributes{"cost_report_token": "rprt_1"}),
				ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: test.allowed},
			})
			if err != nil {
				t.Fatal(err)
			}
			imported, err := p.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: "vantage_unit_cost_export", ID: "dta_xprt_1",
				ClientCapabilities: &tfprotov6.ImportResourceStateClientCapabilities{DeferralAllowed: test.allowed},
			})
			if err != nil {
				t.Fatal(err)
			}
			if isDeferred(read.Deferred) != test.deferred || isDeferred(imported.Deferred) != test.deferred {
				t.Errorf("deferred: read %v, import %v", read.Deferred, imported.Deferred)
			}
			if (len(read.Diagnostics) == 0) != test.deferred || test.deferred && len(imported.Diagnostics) > 0 {
				t.Errorf("errors: read %v, import %v", read.Diagnostics, imported.Diagnostics)
			}
		})
	}
}

// deferral is a provider whose configuration is unknown or invalid.
type deferral struct {
	tfprotov6.ProviderServer
	t       *testing.T
	schemas *tfprotov6.GetProviderSchemaResponse
	allowed bool
}

func newDeferral(t *testing.T, token any, allowed bool) deferral {
	t.Helper()
	server := provider.NewServer("1.2.3")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config:             object(t, schemas.Provider.ValueType(), attributes{"api_token": token}),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: allowed},
	})
	if err != nil || (len(configured.Diagnostics) > 0) != (token != tftypes.UnknownValue) {
		t.Fatalf("%v %v", configured, err)
	}
	return deferral{server, t, schemas, allowed}
}

// plan plans a new resource. It returns whether it is deferred, and the planned values.
func (d deferral) plan(typeName string, arguments attributes) (deferred bool, planned map[string]tftypes.Value) {
	d.t.Helper()
	of := d.schemas.ResourceSchemas[typeName].ValueType()
	config := object(d.t, of, arguments)
	prior, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, nil))
	if err != nil {
		d.t.Fatal(err)
	}
	plan, err := d.PlanResourceChange(d.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: &prior, ProposedNewState: config, Config: config,
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: d.allowed},
	})
	if err != nil || len(plan.Diagnostics) > 0 {
		d.t.Fatalf("%v %v", err, plan.Diagnostics)
	}
	value, err := plan.PlannedState.Unmarshal(of)
	if err == nil {
		err = value.As(&planned)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return isDeferred(plan.Deferred), planned
}

func isDeferred(d *tfprotov6.Deferred) bool {
	return d != nil && d.Reason == tfprotov6.DeferredReasonProviderConfigUnknown
}
