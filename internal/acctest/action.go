package acctest

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// surfaces are what withClient hands on beside the resources and data sources: the framework asks whether a provider
// has them.
type surfaces interface {
	provider.ProviderWithActions
	provider.ProviderWithEphemeralResources
}

// Invocation is what came of an action.
type Invocation struct {
	// Lines are those shown while it ran, in their order.
	Lines []string
	// State has the diagnostics, and nothing else.
	State
}

// Invoke validates, plans and invokes the action as Terraform does. It ends early where one of these has errors.
func (p *Protocol) Invoke(ctx context.Context, config map[string]any) Invocation {
	p.t.Helper()
	server, ok := p.Server.(tfprotov6.ActionServer)
	if !ok {
		p.t.Fatal("the provider has no actions")
	}
	schemas, err := p.Server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	p.must(err)
	value := p.dynamic(p.convert(schemas.ActionSchemas[p.typeName].Schema.ValueType(), config))

	validated, err := server.ValidateActionConfig(
		ctx,
		&tfprotov6.ValidateActionConfigRequest{ActionType: p.typeName, Config: value},
	)
	p.must(err)
	out := Invocation{State: State{Diagnostics: validated.Diagnostics}}
	if len(out.Errors()) > 0 {
		return out
	}
	planned, err := server.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: p.typeName, Config: value})
	p.must(err)
	if out.Diagnostics = planned.Diagnostics; len(out.Errors()) > 0 {
		return out
	}
	stream, err := server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: p.typeName, Config: value})
	p.must(err)
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			out.Lines = append(out.Lines, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			out.Diagnostics = e.Diagnostics
		}
	}
	return out
}
