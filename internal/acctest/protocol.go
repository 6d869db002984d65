package acctest

import (
	"context"
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/fakevantage"
	ours "terraform-provider-vantage/internal/provider"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

// Protocol speaks to the provider as Terraform does, without a CLI and in process: a whole life takes milliseconds, or
// hours of virtual time. The provider has a client with the options it is given.
type Protocol struct {
	t        testing.TB
	Server   tfprotov6.ProviderServer
	schemas  *tfprotov6.GetProviderSchemaResponse
	typeName string
	object   tftypes.Object // of the resource, if the type name has a resource
}

// State is what Terraform keeps of a resource. Its zero value is none.
type State struct {
	Value    tftypes.Value
	Private  []byte
	Identity *tfprotov6.ResourceIdentityData
	// Diagnostics are those of the call that returned it.
	Diagnostics []*tfprotov6.Diagnostic
	// Replace reports whether a plan replaces the resource, and Replaces has the paths that force it.
	Replace  bool
	Replaces []string
}

// NewProtocol returns a provider that is configured with the options, to use its vantage_unit_cost_export.
func NewProtocol(t testing.TB, o *vantage.Options) *Protocol {
	t.Helper()
	return NewProtocolOf(t, o, "vantage_unit_cost_export")
}

// NewProtocolOf is NewProtocol for everything that another type name has: resource, data source, action and so on.
func NewProtocolOf(t testing.TB, o *vantage.Options, typeName string) *Protocol {
	t.Helper()
	server, err := Configured(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return NewProtocolWith(t, server, typeName)
}

// NewProtocolFor is NewProtocolOf with a client that sends its requests to the fake in process.
func NewProtocolFor(t testing.TB, fake *fakevantage.Server, typeName string) *Protocol {
	t.Helper()
	return NewProtocolOf(t, &vantage.Options{APIToken: APIToken, Transport: fake.Transport()}, typeName)
}

// NewProtocolWith is NewProtocolOf with a server that is configured already.
func NewProtocolWith(t testing.TB, server tfprotov6.ProviderServer, typeName string) *Protocol {
	t.Helper()
	schemas, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	p := &Protocol{t: t, Server: server, schemas: schemas, typeName: typeName}
	if schema, ok := schemas.ResourceSchemas[typeName]; ok {
		p.object, _ = schema.ValueType().(tftypes.Object)
	}
	return p
}

// Configured returns a provider in process whose client has these options. Without them it is as in a plan whose
// provider configuration is known only after apply.
func Configured(ctx context.Context, o *vantage.Options) (tfprotov6.ProviderServer, error) {
	var data providerdata.Data
	if o != nil {
		var err error
		if data, err = providerdata.New(*o); err != nil {
			return nil, err
		}
	}
	whole, ok := ours.New("test")().(optionalInterfaces)
	if !ok {
		return nil, errors.New("the provider lacks an interface")
	}
	server, err := providerserver.NewProtocol6WithError(withData{whole, data})()
	if err != nil {
		return nil, err
	}
	_, err = server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{})
	return server, err
}

// withData is the provider with other data than its configuration would make.
type withData struct {
	optionalInterfaces
	data providerdata.Data
}

func (w withData) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	if w.data.Client == nil {
		return
	}
	resp.ResourceData, resp.DataSourceData = w.data, w.data
	resp.EphemeralResourceData, resp.ActionData = w.data, w.data
}

// Validate validates a configuration. Only the diagnostics of the result are set.
func (p *Protocol) Validate(config map[string]any) State {
	p.t.Helper()
	validated, err := p.Server.ValidateResourceConfig(context.Background(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: p.typeName, Config: p.dynamic(p.value(config)),
	})
	p.must(err)
	return State{Diagnostics: validated.Diagnostics}
}

// Plan plans from a prior state to a configuration. A nil configuration destroys.
func (p *Protocol) Plan(prior State, config map[string]any) State {
	p.t.Helper()
	proposed := tftypes.NewValue(p.object, nil)
	if config != nil {
		proposed = p.propose(prior, config)
	}
	planned, err := p.Server.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         p.typeName,
		PriorState:       p.prior(prior),
		ProposedNewState: p.dynamic(proposed),
		Config:           p.dynamic(p.value(config)),
		PriorPrivate:     prior.Private,
		PriorIdentity:    prior.Identity,
	})
	p.must(err)
	plan := State{
		Value: p.decode(planned.PlannedState), Private: planned.PlannedPrivate, Identity: planned.PlannedIdentity,
		Diagnostics: planned.Diagnostics, Replace: len(planned.RequiresReplace) > 0,
	}
	for _, path := range planned.RequiresReplace {
		plan.Replaces = append(plan.Replaces, path.String())
	}
	return plan
}

// Apply applies a plan and returns the state that Terraform would keep.
func (p *Protocol) Apply(ctx context.Context, prior, planned State, config map[string]any) State {
	p.t.Helper()
	applied, err := p.Server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName:        p.typeName,
		PriorState:      p.prior(prior),
		PlannedState:    p.dynamic(planned.Value),
		Config:          p.dynamic(p.value(config)),
		PlannedPrivate:  planned.Private,
		PlannedIdentity: planned.Identity,
	})
	p.must(err)
	return State{
		Value:       p.decode(applied.NewState),
		Private:     applied.Private,
		Identity:    applied.NewIdentity,
		Diagnostics: applied.Diagnostics,
	}
}

// State returns a state with these values. Other values are null.
func (p *Protocol) State(values map[string]any) State { return State{Value: p.value(values)} }

// Create plans and applies a new resource.
func (p *Protocol) Create(ctx context.Context, config map[string]any) State {
	p.t.Helper()
	return p.Apply(ctx, State{}, p.Plan(State{}, config), config)
}

// Import imports the resource with an ID and reads it.
func (p *Protocol) Import(ctx context.Context, id string) State {
	p.t.Helper()
	imported, err := p.Server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: p.typeName, ID: id})
	p.must(err)
	failed := State{Value: tftypes.NewValue(p.object, nil), Diagnostics: imported.Diagnostics}
	if len(failed.Errors()) > 0 || len(imported.ImportedResources) != 1 {
		return failed
	}
	r := imported.ImportedResources[0]
	read := p.Read(ctx, State{Value: p.decode(r.State), Private: r.Private, Identity: r.Identity})
	read.Diagnostics = append(imported.Diagnostics, read.Diagnostics...)
	return read
}

// Read refreshes a state.
func (p *Protocol) Read(ctx context.Context, s State) State {
	p.t.Helper()
	read, err := p.Server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: p.typeName, CurrentState: p.dynamic(s.Value), Private: s.Private, CurrentIdentity: s.Identity,
	})
	p.must(err)
	return State{
		Value:       p.decode(read.NewState),
		Private:     read.Private,
		Identity:    read.NewIdentity,
		Diagnostics: read.Diagnostics,
	}
}

// Stop is what Terraform does at the first Ctrl-C.
func (p *Protocol) Stop() {
	_, err := p.Server.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{})
	p.must(err)
}
